// A deputy that was nobody before: for a task that is restored although its first process is gone.
#pragma once
#include <sys/types.h>

struct fresh {
  const char *socket;
  const char *task, *incarnation;
  const char *program;
  pid_t pid; // the number it is to have, where that is free; 0: any
  uid_t uid;
  gid_t gid;
  gid_t *groups;
  size_t group_count;
};

// Says "deputy PID" on stdout. Returns the exit status.
int fresh(const struct fresh *order);
