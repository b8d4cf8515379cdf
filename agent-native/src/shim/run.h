// The parent of a restored task.
#pragma once
#include <sys/types.h>

#include "guest.h"
#include "world.h"

#define MOST_THERE 256

struct run {
  const char *status_file; // where the task's end is told
  const char *pid_file;    // where CRIU writes the task's pid
  enum world world;
  const char *terminal;    // what /dev/tty opens in a world of WORLD_PIDS
  struct guest guest;      // where its directory is given: in such a world, instead
  const char *there[MOST_THERE]; // what is opened in that world, as inherit_open() has it
  int there_count;
  pid_t last_pid;          // new processes get higher numbers than this; 0: as it comes
  char **command;          // criu restore ...
};

// Runs CRIU and stays as the task's parent. Returns the exit status.
int run(const struct run *order);
