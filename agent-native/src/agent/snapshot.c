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
#define LIMIT_MILLIS (10 * 60 * 1000)
#define STEP_NANOS (1000 * 1000)
#define MOST_STEPS 2000

static void answer(int32_t pid) {
  atomic_store(&control->snapshot_pid, pid);
  atomic_store(&control->snapshot_made, atomic_load(&control->snapshot));
  futex_wake(&control->snapshot_made);
}

// The copy: all signals blocked. Nothing but system calls: its locks are as some other thread, which it does not have, left them.
static void stand(void) {
  // Shared until here, so that no descriptor of the program's was ever open a second time.
  if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_UNSHARE)) syscall(SYS_exit_group, 1);
  int keeper = (int)syscall(SYS_pidfd_open, control->keeper, 0);
  if (keeper < 0) syscall(SYS_exit_group, 1);
  // What is sent to the program's process group or comes from its terminal is not for this one.
  syscall(SYS_setsid);
  prctl(PR_SET_NAME, "ckpt-snapshot");
  // Where memory becomes short it is the first to go, not the program.
  int score = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    syscall(SYS_write, score, "1000", 4);
    syscall(SYS_close, score);
  }
  answer((int32_t)syscall(SYS_getpid));
  struct pollfd daemon = {.fd = keeper, .events = POLLIN};
  struct timespec limit = {.tv_sec = LIMIT_MILLIS / 1000};
  syscall(SYS_ppoll, &daemon, 1, &limit, NULL, 0);
  syscall(SYS_exit_group, 0);
}

// Between the two, in the original's memory: when it has ended, the copy is init's child, and nobody of the program's.
static int between(void *unused) {
  (void)unused;
  long copy = syscall(SYS_clone, CLONE_FILES, 0, 0, 0, 0);
  if (!copy) stand();
  return copy < 0;
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
  // No signal at its end; wait(2) without __WALL does not see it.
  int middle = clone(between, stack + sizeof stack, CLONE_VM | CLONE_FILES | CLONE_FS, NULL);
  if (middle < 0) return false;
  // SAFETY: the stack is in use until it has ended; and only then the copy is nobody's of ours.
  int status = -1;
  while (waitpid(middle, &status, __WALL) < 0 && errno == EINTR) continue;
  if (status) return false;
  for (int i = 0; i < MOST_STEPS && atomic_load(&control->snapshot_made) != stop; i++) {
    const struct timespec step = {.tv_nsec = STEP_NANOS};
    futex_wait(&control->snapshot_made, atomic_load(&control->snapshot_made), &step);
  }
  return true;
}

void snapshot_if_asked(uint32_t stop) {
  if (atomic_load(&control->snapshot) != stop || atomic_load(&control->snapshot_made) == stop) return;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  if (!possible() || !copy(stop)) answer(0);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void snapshot_serve_begin(void) {
  control->holder = (uint32_t)syscall(SYS_gettid);
}

void snapshot_serve_end(void) {
  control->holder = 0;
}
