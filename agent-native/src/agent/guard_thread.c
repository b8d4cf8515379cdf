#include "guard_thread.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/mman.h>

#include "futex.h"
#include "guard.h"

#define RECORDS_SIZE 16384

__thread struct guard_thread *guard_self __attribute__((tls_model("initial-exec")));

static struct guard_thread *_Atomic all; // only grows; records of ended threads are used again
static pthread_key_t at_exit;
static bool prepared;

// A process that was forked while the gates were closed has nobody to open them.
static void open_in_child(void) {
  guard_gate_open(&guard_declared_gate);
  guard_gate_open(&guard_native_gate);
}

static void thread_ends(void *record) {
  struct guard_thread *thread = record;
  guard_self = NULL;
  atomic_store(&thread->function, NULL);
  atomic_store(&thread->declared, 0);
  atomic_store(&thread->tid, 0);
}

static bool membarrier_command(int command) { return syscall(SYS_membarrier, command, 0, 0) == 0; }

void guard_threads_prepare(void) {
  if (prepared) return;
  prepared = true;
  pthread_key_create(&at_exit, thread_ends);
  pthread_atfork(NULL, NULL, open_in_child);
  if (membarrier_command(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)) return;
  atomic_fetch_or(&guard_declared_gate.state, GATE_NEEDS_FENCE);
  atomic_fetch_or(&guard_native_gate.state, GATE_NEEDS_FENCE);
}

// A restored process may have to register once more.
static void fence_all(void) {
  atomic_thread_fence(memory_order_seq_cst);
  if (membarrier_command(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) return;
  if (membarrier_command(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) && membarrier_command(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) return;
  // Restored where the kernel has it not, or forbids it: a processor's pending writes are out long before this is over.
  struct timespec moment = {0, 1000000};
  nanosleep(&moment, NULL);
}

static struct guard_thread *take_free(pid_t tid) {
  for (struct guard_thread *thread = atomic_load(&all); thread; thread = thread->next) {
    pid_t free = 0;
    if (!atomic_load_explicit(&thread->tid, memory_order_relaxed) && atomic_compare_exchange_strong(&thread->tid, &free, tid)) return thread;
  }
  return NULL;
}

static bool add_records(void) {
  struct guard_thread *records = mmap(NULL, RECORDS_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (records == MAP_FAILED) return false;
  size_t last = RECORDS_SIZE / sizeof *records - 1;
  for (size_t i = 0; i < last; i++) records[i].next = &records[i + 1];
  records[last].next = atomic_load(&all);
  while (!atomic_compare_exchange_weak(&all, &records[last].next, records)) {
  }
  return true;
}

struct guard_thread *guard_thread_here(void) {
  if (guard_self) return guard_self;
  int error = errno;
  pid_t tid = (pid_t)syscall(SYS_gettid);
  struct guard_thread *thread = take_free(tid);
  while (!thread && add_records()) thread = take_free(tid);
  if (thread) {
    guard_self = thread;
    pthread_setspecific(at_exit, thread);
  }
  errno = error;
  return thread;
}

bool guard_gate_is_open(struct guard_gate *gate) {
  atomic_thread_fence(memory_order_seq_cst);
  return !(atomic_load(&gate->state) & GATE_CLOSED);
}

void guard_gate_wait(struct guard_gate *gate) {
  int error = errno;
  for (uint32_t state; (state = atomic_load(&gate->state)) & GATE_CLOSED;) futex_wait(&gate->state, state, NULL);
  errno = error;
}

struct guard_thread *guard_gate_close(struct guard_gate *gate, uint64_t deadline, bool (*inside)(const struct guard_thread *)) {
  atomic_fetch_or(&gate->state, GATE_CLOSED);
  fence_all();
  // A thread that was seen outside stays outside: so one pass over the list is enough, and threads that come new are none of
  // our business.
  for (struct guard_thread *thread = atomic_load(&all); thread; thread = thread->next)
    while (inside(thread)) {
      if (monotonic_nanos() >= deadline) {
        guard_gate_open(gate);
        return thread;
      }
      // They do not wake us, so that leaving costs them one write.
      struct timespec moment = {0, 50000};
      nanosleep(&moment, NULL);
    }
  return NULL;
}

void guard_gate_open(struct guard_gate *gate) {
  atomic_fetch_and(&gate->state, ~(uint32_t)GATE_CLOSED);
  futex_wake(&gate->state);
}
