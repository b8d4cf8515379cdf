// Calls of allocator functions: the gate that is closed inside the safepoint.
#include "guard_native.h"

#include <errno.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#include "futex.h"
#include "guard_place.h"

struct guard_gate guard_native_gate;
struct guard_function guard_functions[GUARD_FUNCTIONS];

// The thread that closes the gate is the VM's own, and must not wait for itself.
static _Atomic(struct guard_thread *) closer;

static struct {
  pid_t tid;
  const struct guard_function *function;
} holder;

void guard_native_arrive(struct guard_thread *thread, const struct guard_function *function) {
  while (!guard_gate_is_open(&guard_native_gate) && thread != atomic_load(&closer)) {
    atomic_store(&thread->function, NULL);
    guard_gate_wait(&guard_native_gate);
    atomic_store(&thread->function, function);
  }
}

// Called by the trampoline, where the thread has no record yet or the gate is not simply open. False: not to be counted.
bool guard_trampoline_arrive(const struct guard_function *function, void *frame) {
  struct guard_thread *thread = guard_thread_here();
  if (!thread) return false;
  atomic_store(&thread->frame, frame);
  atomic_store(&thread->function, function);
  guard_native_arrive(thread, function);
  return true;
}

// An exception, or the end of the thread, passes through the trampoline's frame: the call is over.
_Unwind_Reason_Code guard_trampoline_unwound(int version, _Unwind_Action actions, _Unwind_Exception_Class class, struct _Unwind_Exception *exception,
                                             struct _Unwind_Context *context) {
  (void)version, (void)class, (void)exception, (void)context;
  if ((actions & _UA_CLEANUP_PHASE) && guard_self) atomic_store(&guard_self->function, NULL);
  return _URC_CONTINUE_UNWIND;
}

// Whether the call's mark is still in the frame. The thread may end at any moment, and its stack with it: so the kernel reads.
static bool has_mark(const struct guard_function *function, const char *frame) {
  const struct guard_function *mark = NULL;
  struct iovec here = {&mark, sizeof mark}, there = {(void *)(frame - 16), sizeof mark};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) != sizeof mark || mark == function;
}

static bool in_allocator(const struct guard_thread *thread) {
  const struct guard_function *function = atomic_load(&thread->function);
  if (!function || thread == atomic_load(&closer)) return false;
  const char *frame = atomic_load(&thread->frame);
  // Left by longjmp: the mark is gone, or the thread waits in the kernel with its stack above that frame.
  return has_mark(function, frame) && guard_stack_pointer(atomic_load(&thread->tid)) <= (uintptr_t)frame;
}

bool guard_native_close(uint64_t limit_millis) {
  atomic_store(&closer, guard_thread_here());
  struct guard_thread *thread = guard_gate_close(&guard_native_gate, monotonic_nanos() + limit_millis * 1000000u, in_allocator);
  if (!thread) return true;
  holder.tid = atomic_load(&thread->tid);
  holder.function = atomic_load(&thread->function);
  return false;
}

void guard_native_open(void) { guard_gate_open(&guard_native_gate); }

void guard_native_holder(char *who, size_t size) {
  char name[32];
  guard_thread_name(holder.tid, name, sizeof name);
  if (holder.function)
    snprintf(who, size, "thread \"%s\" (tid %d) did not leave %s of %s within the guard limit", name, holder.tid, holder.function->name, holder.function->library);
  else
    snprintf(who, size, "thread \"%s\" (tid %d) left its allocator function only when the guard limit was over", name, holder.tid);
}
