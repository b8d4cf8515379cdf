// Where threads are, and what their places are called.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// "?" where the thread has ended.
void guard_thread_name(pid_t tid, char *name, size_t size);

// "libfoo.so+0x1234 (foo_alloc+0x12)", as addr2line and people need it.
void guard_place(const void *address, char *place, size_t size);

// The stack pointer of a thread of ours that waits in the kernel; 0: it runs, or the kernel does not say. Allocates nothing.
uintptr_t guard_stack_pointer(pid_t tid);
