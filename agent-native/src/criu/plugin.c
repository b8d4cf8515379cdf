// In CRIU, as one of its plugins (criu/include/criu-plugin.h, 4.2) and before its C library: when CRIU holds the whole task, it lets
// the one thread go on that makes a copy of the task's memory, and holds that again; and when CRIU then asks the kernel which pages of
// the task's large mappings there are, none are: they are the copy's. Whatever is not as it should be leaves CRIU as it is.
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../agent/futex.h"
#include "ranges.h"
#include "request.h"

#define EXPORTED __attribute__((visibility("default")))
#define STEP_NANOS (1000 * 1000)

// Of linux/fs.h, 6.7.
struct scan {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted, category_mask, category_anyof_mask, return_mask;
};
struct region {
  uint64_t start, end, categories;
};
#define PAGEMAP_SCAN 0xc0606610ul
#define IS_PRESENT 8
#define IS_SWAPPED 16

static struct ranges ranges;
static pid_t task;
static int active;

static int system_ioctl(int fd, unsigned long order, void *argument) {
  return (int)syscall(SYS_ioctl, fd, order, argument);
}

static int of_task(int pagemap) {
  char link[64], path[64], wanted[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", pagemap);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  snprintf(wanted, sizeof wanted, "/%d/pagemap", (int)task);
  size_t size = strlen(wanted);
  return (size_t)length >= size && !strcmp(path + length - size, wanted);
}

// The first page of a range that is there, or 0.
static uint64_t first_page(int pagemap, const struct scan *like, uint64_t start, uint64_t end) {
  struct region region = {0};
  struct scan scan = *like;
  scan.start = start, scan.end = end, scan.vec = (uintptr_t)&region, scan.vec_len = 1, scan.max_pages = 1;
  return system_ioctl(pagemap, PAGEMAP_SCAN, &scan) == 1 ? region.start : 0;
}

// A mapping may have been emptied in the copy (MADV_WIPEONFORK).
static int copied(int pagemap, const struct scan *scan) {
  uint64_t first = first_page(pagemap, scan, scan->start, scan->end);
  return !first || first_page(ranges.pagemap, scan, first, first + 4096) == first;
}

EXPORTED int ioctl(int fd, unsigned long order, ...) {
  va_list arguments;
  va_start(arguments, order);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  struct scan *scan = argument;
  if (active && order == PAGEMAP_SCAN && scan->category_anyof_mask == (IS_PRESENT | IS_SWAPPED) &&
      ranges_cover(&ranges, scan->start, scan->end) && of_task(fd) && copied(fd, scan) && ranges_note(&ranges, scan->start, scan->end)) {
    scan->walk_end = scan->end;
    return 0;
  }
  return system_ioctl(fd, order, argument);
}

// What a thread that has been let go on stopped for; 0: it has ended. All signals are blocked there, but SIGSTOP cannot be.
static int pass_on(pid_t thread, int status) {
  if (!WIFSTOPPED(status)) return 0;
  int signal = status >> 16 ? 0 : WSTOPSIG(status);
  return !ptrace(PTRACE_CONT, thread, 0, (void *)(intptr_t)signal);
}

// Until there is an answer, or the daemon wants none any more; it has a limit of its own, this is for the case that it has ended.
static int wait_for_answer(struct control_block *control, uint32_t stop, pid_t holder) {
  uint64_t deadline = monotonic_nanos() + control->pause_limit_millis * 1000000ull;
  for (uint32_t made; (made = atomic_load(&control->snapshot_made)) != stop;) {
    int status;
    if (atomic_load(&control->snapshot) != stop || monotonic_nanos() >= deadline) return 0;
    if (waitpid(holder, &status, WNOHANG | __WALL) == holder && !pass_on(holder, status)) return 0;
    // It may not wait yet when it is woken.
    futex_wake(&control->go);
    const struct timespec step = {.tv_nsec = STEP_NANOS};
    futex_wait(&control->snapshot_made, made, &step);
  }
  return 1;
}

// As CRIU has left it: in the stop of PTRACE_INTERRUPT.
static int hold_again(pid_t thread) {
  int status;
  if (ptrace(PTRACE_INTERRUPT, thread, 0, 0)) return 0;
  for (;;) {
    if (waitpid(thread, &status, __WALL) < 0) {
      if (errno == EINTR) continue;
      return 0;
    }
    if (WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_STOP) return 1;
    if (!pass_on(thread, status)) return 0;
  }
}

static int let_copy(const struct request *request, pid_t holder) {
  struct control_block *control = request->control;
  uint32_t stop = atomic_load(&control->kept), none = 0;
  // The daemon may have given up already.
  if (!atomic_compare_exchange_strong(&control->snapshot, &none, stop)) return 0;
  if (ptrace(PTRACE_CONT, holder, 0, 0)) return 0;
  int answered = wait_for_answer(control, stop, holder);
  if (!hold_again(holder)) return -1;
  return answered ? atomic_load(&control->snapshot_pid) : 0;
}

static int on_held(int pid) {
  struct request request;
  if (active || !request_read(&request) || request.task != pid) return -ENOTSUP;
  pid_t holder = (pid_t)request.control->holder;
  if (!holder || atomic_load(&request.control->phase) != PHASE_STOPPED) return -ENOTSUP;
  // Asked before the C library is, or not at all.
  if (dlsym(RTLD_DEFAULT, "ioctl") != (void *)ioctl) return -ENOTSUP;
  int copy = let_copy(&request, holder);
  if (copy < 0) return -1;
  struct user_regs_struct registers;
  // What that thread has on its stack has changed since.
  if (!copy || ptrace(PTRACE_GETREGS, holder, 0, &registers)) return -ENOTSUP;
  task = pid;
  active = ranges_read(&ranges, copy, registers.rsp, request.record);
  return -ENOTSUP;
}

// A hook of criu-plugin.h, 3.16; there are more behind it.
#define CHECKPOINT_DEVICES 11

struct plugin {
  const char *name;
  int (*init)(int stage);
  void (*exit)(int stage, int result);
  unsigned version, max_hooks;
  void *hooks[CHECKPOINT_DEVICES + 1];
};

static int begin(int stage) {
  (void)stage;
  return 0;
}

static void end(int stage, int result) {
  (void)stage, (void)result;
  active = 0;
}

EXPORTED struct plugin CR_PLUGIN_DESC = {
    .name = "sojourn", .init = begin, .exit = end, .version = 2 << 8, .max_hooks = CHECKPOINT_DEVICES + 1, .hooks = {[CHECKPOINT_DEVICES] = (void *)on_held}};
