// A process turns into its deputy, in place: same pid, parent, terminal, descriptors.
#pragma once
#include <sys/types.h>

struct become {
  pid_t pid;
  const char *socket;      // where the deputy is to be found
  const char *thaw;        // cgroup.freeze of the cgroup that keeps it from running, or NULL: it was stopped by a signal
  const char *task;        // the id
  const char *incarnation; // a number
  const char *in_image;    // which of its pending signals the task's image has, as the deputy takes it; or NULL
  const char *came;        // signals that have come since, numbers with commas between; or NULL
  const char *program;     // ckpt-deputy
};

// Says "deputy PID" on stdout. Returns the exit status; where it is not 0, the process is as it was.
int become(const struct become *order);
