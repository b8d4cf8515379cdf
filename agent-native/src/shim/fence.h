// Ends a task whose node has lost its lease.
#pragma once
#include <sys/types.h>

// Waits for the end of a process, or for the time that `file` names: then ends it and its descendants. Returns the exit status.
int fence(pid_t task, unsigned long long start_ticks, const char *file);
