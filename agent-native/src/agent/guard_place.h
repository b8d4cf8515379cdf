// Names of threads and places, for people.
#pragma once
#include <stddef.h>
#include <sys/types.h>

// "?" where the thread has ended.
void guard_thread_name(pid_t tid, char *name, size_t size);

// "libfoo.so+0x1234 (foo_alloc+0x12)", as addr2line and people need it.
void guard_place(const void *address, char *place, size_t size);
