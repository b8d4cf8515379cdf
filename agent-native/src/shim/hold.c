// `hold`: as long as somebody has a pipe's writing end open, its reader waits instead of seeing the end; as long as
// somebody has a terminal open, its number is not given to another. While a task is frozen, that somebody is this.
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

#define MOST_DESCRIPTORS 1024

static int number(const char *text) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  return errno || end == text || *end || value < 0 || value > 1 << 20 ? -1 : (int)value;
}

int hold(pid_t process, char **descriptors, int count) {
  int wanted[MOST_DESCRIPTORS], got[MOST_DESCRIPTORS], above = STDERR_FILENO;
  if (count > MOST_DESCRIPTORS) {
    errno = E2BIG;
    return say_errno("more than %d descriptors", MOST_DESCRIPTORS);
  }
  for (int i = 0; i < count; i++) {
    wanted[i] = number(descriptors[i]);
    if (wanted[i] < 0) {
      errno = EINVAL;
      return say_errno("descriptor %s", descriptors[i]);
    }
    if (wanted[i] > above) above = wanted[i];
  }
  // SAFETY: glibc before 2.36 has no wrappers; the arguments are numbers only.
  int pidfd = (int)syscall(SYS_pidfd_open, process, 0);
  if (pidfd < 0) return say_errno("process %d", (int)process);
  // First all of them above every number that is wanted, so that none is overwritten before it was moved.
  for (int i = 0; i < count; i++) {
    int fd = (int)syscall(SYS_pidfd_getfd, pidfd, wanted[i], 0);
    if (fd < 0) return say_errno("descriptor %d of process %d", wanted[i], (int)process);
    got[i] = fcntl(fd, F_DUPFD_CLOEXEC, above + 1);
    if (got[i] < 0) return say_errno("descriptor %d", wanted[i]);
    close(fd);
  }
  close(pidfd);
  int told = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, above + 1);
  if (told < 0) return say_errno("stdout");
  close_range(0, (unsigned)above, 0);
  for (int i = 0; i < count; i++) {
    dup2(got[i], wanted[i]);
    close(got[i]);
  }
  setsid();
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  if (chdir("/")) return 1;
  if (write(told, "ready\n", 6) != 6) return 1; // Who asked is gone: so is the freeze.
  close(told);
  for (;;) pause();
}
