#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "control_block.h"
#include "futex.h"

#define STACK 16384
#define STEP_NANOS (1000 * 1000)
#define LOOK_NANOS (100 * 1000 * 1000)

struct order {
  uint32_t stop;
  bool made;
};

static void answer(uint32_t stop, int32_t pid) {
  atomic_store(&control->snapshot_pid, pid);
  atomic_store(&control->snapshot_made, stop);
  futex_wake(&control->snapshot_made);
}

static bool wanted(uint32_t stop) { return atomic_load(&control->snapshot) == stop; }

// What follows is in the copy, or beside its original. Nothing but system calls: locks of the C library are as some other thread, which
// the copy does not have, left them.

static void first_to_go(void) {
  int score = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score < 0) return;
  syscall(SYS_write, score, "1000", 4);
  syscall(SYS_close, score);
}

// All signals are blocked.
static void stand(uint32_t stop) {
  // Shared until here. In a table of its own to close takes nobody's locks away; and no peer waits for this one to close.
  if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_UNSHARE)) syscall(SYS_exit_group, 1);
  int keeper = (int)syscall(SYS_pidfd_open, control->keeper, 0);
  if (keeper < 0) syscall(SYS_exit_group, 1);
  // What is sent to the program's process group or comes from its terminal is not for this one.
  syscall(SYS_setsid);
  syscall(SYS_chdir, "/");
  syscall(SYS_prctl, PR_SET_NAME, "ckpt-snapshot", 0, 0, 0);
  // Where memory becomes short it is this one that goes, not the program.
  first_to_go();
  answer(stop, (int32_t)syscall(SYS_getpid));
  struct pollfd daemon = {.fd = keeper, .events = POLLIN};
  while (wanted(stop)) {
    const struct timespec now = {0}, look = {.tv_nsec = LOOK_NANOS};
    if (syscall(SYS_ppoll, &daemon, 1, &now, NULL, 0) > 0) break;
    futex_wait(&control->snapshot, stop, &look);
  }
  syscall(SYS_exit_group, 0);
}

// Until the copy has answered. False where it has ended, or is not wanted any more.
static bool await_answer(pid_t copy, uint32_t stop) {
  for (uint32_t made; (made = atomic_load(&control->snapshot_made)) != stop;) {
    if (syscall(SYS_wait4, copy, NULL, WNOHANG | __WALL, NULL)) return false;
    if (!wanted(stop)) return false;
    const struct timespec step = {.tv_nsec = STEP_NANOS};
    futex_wait(&control->snapshot_made, made, &step);
  }
  return true;
}

// Between the two, in the original's memory: when it has ended, the copy is init's child, and nobody of the program's.
static int between(void *given) {
  struct order *order = given;
  long copy = syscall(SYS_clone, CLONE_FILES, 0, 0, 0, 0);
  if (!copy) stand(order->stop);
  order->made = copy > 0 && await_answer((pid_t)copy, order->stop);
  return 0;
}

// Whose child the copy would become is the program itself, which would then be told of its end.
static bool collects_orphans(void) {
  int collects = 0;
  return getpid() == 1 || prctl(PR_GET_CHILD_SUBREAPER, &collects) || collects;
}

static bool possible(void) {
  // A filter of system calls may kill for one that is not on its list.
  return control->keeper && !collects_orphans() && prctl(PR_GET_SECCOMP) == 0;
}

static bool copy(uint32_t stop) {
  char stack[STACK] __attribute__((aligned(16)));
  struct order order = {.stop = stop};
  // No signal at its end; wait(2) without __WALL does not see it.
  int middle = clone(between, stack + sizeof stack, CLONE_VM | CLONE_FILES | CLONE_FS, &order);
  if (middle < 0) return false;
  // SAFETY: the stack is in use until it has ended; and only then the copy is nobody's of ours.
  while (waitpid(middle, NULL, __WALL) < 0 && errno == EINTR) continue;
  return order.made;
}

void snapshot_if_asked(uint32_t stop) {
  if (!control->holder || !wanted(stop) || atomic_load(&control->snapshot_made) == stop) return;
  if (!possible() || !copy(stop)) answer(stop, 0);
}

void snapshot_serve_begin(uint32_t stop, sigset_t *before) {
  if (atomic_load(&control->kept) != stop) return;
  // The only thread that runs when the copy has been made would get what is sent to the process, and its handler's work would be lost.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, before);
  control->holder = (uint32_t)syscall(SYS_gettid);
}

void snapshot_serve_end(const sigset_t *before) {
  if (!control->holder) return;
  control->holder = 0;
  pthread_sigmask(SIG_SETMASK, before, NULL);
}
