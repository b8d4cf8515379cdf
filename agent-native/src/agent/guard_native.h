// Allocator functions that are guarded, and how a call of one is counted.
#pragma once
#include "guard.h"

struct guard_function {
  void *target; // the real function; the trampoline knows this offset
  const char *name;
  const char *library;
  void *_Atomic entry; // what takes its place in import tables
};

_Static_assert(offsetof(struct guard_function, target) == 0, "guard_trampoline_x86_64.S");

// How many functions can be guarded by the trampoline; it has an entry for each of them.
#define GUARD_FUNCTIONS 256
extern struct guard_function guard_functions[GUARD_FUNCTIONS];

// After a thread has written function and frame into its record and found the gate not simply open: waits until it may stay.
void guard_native_arrive(struct guard_thread *thread, const struct guard_function *function);

// A call that counts has a mark in its frame, 16 bytes below the address that is written into its thread's record: the
// function. A call that was left by longjmp stays in the record; its mark is gone as soon as something else has been written
// there. So a missing mark says that the call is over, and so does a newer call that starts above it, for stacks grow down.
static inline bool guard_native_left(const struct guard_thread *thread, const void *newer_frame) {
  const void *frame = atomic_load_explicit(&thread->frame, memory_order_relaxed);
  return (const char *)newer_frame > (const char *)frame || ((const void *const *)frame)[-2] != atomic_load_explicit(&thread->function, memory_order_relaxed);
}
