#include "inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

// A terminal in place of one that is gone: whatever is written there is read by a child of ours, which ends with the last
// process that has the terminal open. A device that is no terminal would not do: CRIU sets its modes.
static int open_unseen_terminal(void) {
  int other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (other < 0 || grantpt(other) || unlockpt(other)) return -1;
  int terminal = open(ptsname(other), O_RDWR | O_NOCTTY);
  if (terminal < 0) return -1;
  pid_t reader = fork();
  if (reader < 0) return -1;
  if (!reader) {
    if (dup2(other, STDIN_FILENO) < 0) _exit(1);
    close_range(1, ~0u, 0);
    char nobody_reads[4096];
    while (read(STDIN_FILENO, nobody_reads, sizeof nobody_reads) > 0) continue;
    _exit(0);
  }
  close(other);
  return terminal;
}

// A connection in place of one that is gone: whoever has it reads its end, and writes to nobody.
static int open_ended_connection(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return -1;
  close(pair[1]);
  return pair[0];
}

// A socket cannot be opened by its path in /proc (ENXIO): it is the same one that the other process has.
static int open_socket(const char *path) {
  int process, number;
  if (sscanf(path, "/proc/%d/fd/%d", &process, &number) != 2) return -1;
  // SAFETY: glibc before 2.36 has no wrappers; the arguments are numbers only.
  int pidfd = (int)syscall(SYS_pidfd_open, process, 0);
  if (pidfd < 0) return -1;
  int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
  int error = errno;
  close(pidfd);
  errno = error;
  return fd;
}

static int open_source(const char *source, int flags) {
  if (!strcmp(source, "terminal")) return open_unseen_terminal();
  if (!strcmp(source, "connection")) return open_ended_connection();
  // Both ways: CRIU opens pipes once more with the flags of the image. A terminal must not become ours.
  int both = open(source, O_RDWR | O_NOCTTY);
  if (both < 0 && errno == ENXIO) return open_socket(source);
  if (both < 0 || flags == O_RDWR) return both;
  // One way of a FIFO, which waits for nobody as long as it is open both ways.
  int one = open(source, flags | O_NOCTTY);
  close(both);
  return one;
}

int inherit_open(const char *specification) {
  char *path;
  errno = 0;
  long number = strtol(specification, &path, 10);
  long flags = *path == ',' ? strtol(path + 1, &path, 10) : O_RDWR;
  if (errno || *path != ':' || number <= STDERR_FILENO || number > 1 << 20 || flags & ~(O_ACCMODE | O_NONBLOCK)) {
    errno = EINVAL;
    return say_errno("--open %s", specification);
  }
  path++;
  int fd = open_source(path, (int)flags);
  if (fd < 0) return say_errno("cannot open %s", path);
  if (fd == number) return 0;
  if (dup2(fd, (int)number) < 0) return say_errno("descriptor %ld", number);
  close(fd);
  return 0;
}
