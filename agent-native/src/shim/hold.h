// Keeps the outside ends of a frozen task's pipes and terminals.
#pragma once
#include <sys/types.h>

// Duplicates `count` descriptors of a process, says "ready" on stdout, and stays. Returns only what is an error.
int hold(pid_t process, char **descriptors, int count);
