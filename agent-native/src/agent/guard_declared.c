// migrate_guard_enter() and migrate_guard_leave(): see include/migrate_guard.h.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "futex.h"
#include "guard.h"
#include "guard_place.h"

#define EXPORTED __attribute__((visibility("default")))

struct guard_gate guard_declared_gate;

static void arrive(struct guard_thread *thread) {
  // Held back inside an allocator function, it could not leave that.
  while (!guard_gate_is_open(&guard_declared_gate) && !atomic_load(&thread->function)) {
    atomic_store(&thread->declared, 0);
    guard_gate_wait(&guard_declared_gate);
    atomic_store(&thread->declared, 1);
  }
}

EXPORTED void migrate_guard_enter(void) {
  struct guard_thread *thread = guard_self ? guard_self : guard_thread_here();
  if (!thread) return;
  uint32_t depth = atomic_load_explicit(&thread->declared, memory_order_relaxed);
  if (!depth) atomic_store_explicit(&thread->site, __builtin_return_address(0), memory_order_relaxed);
  atomic_store_explicit(&thread->declared, depth + 1, memory_order_relaxed);
  // Keeps the compiler's order; the processor's is membarrier's business.
  atomic_signal_fence(memory_order_seq_cst);
  if (!depth && atomic_load_explicit(&guard_declared_gate.state, memory_order_relaxed)) arrive(thread);
}

EXPORTED void migrate_guard_leave(void) {
  struct guard_thread *thread = guard_self;
  uint32_t depth = thread ? atomic_load_explicit(&thread->declared, memory_order_relaxed) : 0;
  // Zero where the library found us only after it had entered.
  if (depth) atomic_store_explicit(&thread->declared, depth - 1, memory_order_release);
}

static bool in_declared(const struct guard_thread *thread) { return atomic_load(&thread->declared); }

void guard_declared_start(void) {
  guard_threads_prepare();
  // The VM loads libraries with RTLD_LOCAL; only what is global binds the weak references of libraries loaded later.
  Dl_info self;
  if (dladdr((void *)guard_declared_start, &self)) dlopen(self.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

bool guard_declared_close(uint64_t limit_millis, char *who, size_t size) {
  struct guard_thread *thread = guard_gate_close(&guard_declared_gate, monotonic_nanos() + limit_millis * 1000000u, in_declared);
  if (!thread) return true;
  char name[32], place[512];
  guard_thread_name(atomic_load(&thread->tid), name, sizeof name);
  guard_place(atomic_load(&thread->site), place, sizeof place);
  snprintf(who, size, "thread \"%s\" (tid %d) did not leave its guarded region within the limit: entered at %s", name, atomic_load(&thread->tid), place);
  return false;
}

void guard_declared_open(void) { guard_gate_open(&guard_declared_gate); }

bool guard_inside(void) {
  struct guard_thread *thread = guard_self;
  return thread && (atomic_load(&thread->declared) || atomic_load(&thread->function));
}
