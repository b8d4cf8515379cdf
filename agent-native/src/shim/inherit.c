#include "inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "say.h"

int inherit_open(const char *specification) {
  char *path;
  errno = 0;
  long number = strtol(specification, &path, 10);
  if (errno || *path != ':' || number <= STDERR_FILENO || number > 1 << 20) {
    errno = EINVAL;
    return say_errno("--open %s", specification);
  }
  path++;
  // Both ways: CRIU opens pipes once more with the flags of the image. A terminal must not become ours.
  int fd = open(path, O_RDWR | O_NOCTTY);
  if (fd < 0) return say_errno("cannot open %s", path);
  if (fd == number) return 0;
  if (dup2(fd, (int)number) < 0) return say_errno("descriptor %ld", number);
  close(fd);
  return 0;
}
