// Namespaces of a task's own.
#pragma once
#include <sys/types.h>

enum world {
  WORLD_OURS,  // none
  WORLD_PIDS,  // process numbers and /proc alone: all else is the node's. For a task whose number its deputy has
  WORLD_APART, // network, IPC and host name too: a clone
};

// Makes them, and returns as their first process; the caller's own process stays behind, waits for it, and ends as it
// ends. Returns 0, or 1 after having said what failed.
//
// terminal: what /dev/tty opens in WORLD_PIDS; NULL: what it does in the node.
int world_enter(enum world world, const char *terminal);

// The next new process of this pid namespace gets a higher number than this. 0: as it comes.
void world_skip_pids(pid_t last_pid);
