#include "own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

static int first;

static bool all_free(int from) {
  for (int fd = from; fd < from + OWN_DESCRIPTORS; fd++)
    if (fcntl(fd, F_GETFD) >= 0) return false;
  return true;
}

// As high as 64, so that a program's own numbers are where a reader expects them; but not higher than needed: the kernel's table
// is as long as the highest number.
static int find_room(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit)) return -1;
  int end = limit.rlim_cur > 1 << 30 ? 1 << 30 : (int)limit.rlim_cur;
  for (int from = 64; from + OWN_DESCRIPTORS <= end; from++)
    if (all_free(from)) return from;
  for (int from = 3; from + OWN_DESCRIPTORS <= end && from < 64; from++)
    if (all_free(from)) return from;
  errno = EMFILE;
  return -1;
}

int own_begin(int listener) {
  first = find_room();
  return first < 0 ? -1 : own_place(OWN_LISTENER, listener);
}

int own(int which) {
  return first + which;
}

int own_place(int which, int fd) {
  if (dup3(fd, own(which), O_CLOEXEC) < 0) return -1;
  close(fd);
  return own(which);
}
