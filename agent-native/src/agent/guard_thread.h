// What each thread writes about its regions, and how a gate and the threads see each other.
//
// A thread writes that it is inside, then reads whether the gate is closed; who closes the gate writes that, then reads who
// is inside. Between write and read each side needs a fence; the threads' is left out, and the closing side has the kernel
// fence every thread of the process instead: membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED. So entering costs a write and
// a read of memory that is nobody else's.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct guard_function;

struct guard_thread {
  // The allocator function that the thread is in, or NULL, and the frame of the outermost such call. The trampoline knows
  // these two offsets.
  const struct guard_function *_Atomic function;
  void *_Atomic frame;
  // How many declared regions deep it is, and who called for the outermost.
  _Atomic uint32_t declared;
  _Atomic pid_t tid; // 0: free for another thread
  void *_Atomic site;
  struct guard_thread *next; // never changes once it can be seen
};

_Static_assert(offsetof(struct guard_thread, function) == 0, "guard_trampoline_x86_64.S");
_Static_assert(offsetof(struct guard_thread, frame) == 8, "guard_trampoline_x86_64.S");

// Zero: open. Anything else sends those who enter to the slow path.
enum { GATE_CLOSED = 1, GATE_NEEDS_FENCE = 2 };

struct guard_gate {
  _Atomic uint32_t state; // a futex
};

// Of the calling thread; NULL before its first region. Initial-exec, for an access without a call: it takes 8 bytes of what
// the dynamic loader keeps for libraries loaded at run time.
extern __thread struct guard_thread *guard_self __attribute__((tls_model("initial-exec")));

// Once, before any region. Asks the kernel for membarrier; where it is not to be had, each entering thread fences itself.
void guard_threads_prepare(void);

// The calling thread's record, made if need be; no malloc, for it may be called from within one. NULL: no memory at all.
struct guard_thread *guard_thread_here(void);

// After the thread has written that it is inside: whether it may stay. Fences.
bool guard_gate_is_open(struct guard_gate *gate);

// Waits until the gate is open. Leaves errno alone.
void guard_gate_wait(struct guard_gate *gate);

// Closes, and waits until `inside` holds for no thread. NULL, or, at the deadline (CLOCK_MONOTONIC, nanoseconds), the first
// thread inside; then the gate is open again.
struct guard_thread *guard_gate_close(struct guard_gate *gate, uint64_t deadline, bool (*inside)(const struct guard_thread *));
void guard_gate_open(struct guard_gate *gate);
