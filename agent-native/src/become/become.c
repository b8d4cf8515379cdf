// `become`: the steps, each undone by the one that fails after it. From the first to the last the process executes no instruction
// of its old program: every thread is held, and the one that acts does nothing but our calls.
#include "become.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../shim/say.h"
#include "descriptors.h"
#include "handover.h"
#include "program.h"
#include "rendezvous.h"
#include "tracee.h"

#define ALL_SIGNALS ~(uint64_t)0
// The kernel unblocks a trap that it has to deliver, and forgets how it was handled.
#define ALL_BUT_TRAPS (ALL_SIGNALS & ~((uint64_t)1 << (SIGTRAP - 1)))

// A hexadecimal or decimal number of /proc/PID/status; 0 where there is none.
static unsigned long long status_of(pid_t pid, const char *field, int base) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *status = fopen(path, "re");
  unsigned long long value = 0;
  size_t length = strlen(field);
  while (status && fgets(line, sizeof line, status))
    if (!strncmp(line, field, length) && line[length] == ':') value = strtoull(line + length + 1, NULL, base);
  if (status) fclose(status);
  return value;
}

// The letter of a process or thread; 0 where it is gone.
static char state_of(pid_t thread) {
  char path[64], line[256], state = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
  FILE *status = fopen(path, "re");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "State: %c", &state) == 1) break;
  if (status) fclose(status);
  return state;
}

static bool ignores_traps(pid_t pid) {
  return status_of(pid, "SigIgn", 16) >> (SIGTRAP - 1) & 1;
}

static int failed(int error, const char *what, pid_t pid) {
  errno = error;
  return say_errno("%s (process %d)", what, (int)pid);
}

static int freeze(const char *file, const char *how) {
  if (!file) return 0;
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  int error = fd < 0 || write(fd, how, 1) != 1 ? errno : 0;
  if (fd >= 0) close(fd);
  return error;
}

// Whether one of its threads is in one of these states. The first thread may have ended.
static bool any_in(pid_t pid, const char *states) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  DIR *threads = opendir(path);
  if (!threads) return false;
  bool any = false;
  for (struct dirent *entry; !any && (entry = readdir(threads));) {
    int thread = atoi(entry->d_name);
    char state = thread ? state_of(thread) : 0;
    any = state && strchr(states, state);
  }
  closedir(threads);
  return any;
}

// By a signal: where one thread stands, the others are about to, before their next instruction. A 't' is stopped as well, by
// somebody who traces it; that is told when it is to be held.
static bool stopped(pid_t pid) {
  return any_in(pid, "Tt");
}

// A thread that is let go wakes up to see that its process is stopped: for that long it looks as if it ran. One that somebody has
// continued meanwhile is waited for in vain, and not for long.
static void let_it_stand(pid_t pid) {
  const struct timespec moment = {.tv_nsec = 100 * 1000};
  for (int tries = 0; tries < 2000 && any_in(pid, "R"); tries++) nanosleep(&moment, NULL);
}

static int scratch_open(struct tracee *tracee, struct scratch *scratch) {
  long at = -1;
  // Code of ours is run there, unless the process has no right to such memory: then it goes without.
  scratch->executable = !ignores_traps(tracee->pid);
  for (int tries = 0; tries < 2 && at < 0; tries++) {
    if (tries) scratch->executable = false;
    at = tracee_call(tracee, SYS_mmap, 0, SCRATCH_SIZE, PROT_READ | PROT_WRITE | (scratch->executable ? PROT_EXEC : 0),
                     MAP_PRIVATE | MAP_ANONYMOUS, ~(uint64_t)0, 0);
    // -4095 ... -1 are errors; addresses are none of these.
    if (tracee->gone) break;
  }
  if (at < 0 && at > -4096) return (int)-at;
  scratch->at = (uintptr_t)at;
  return 0;
}

static int exec(struct tracee *tracee, const struct scratch *scratch, const struct become *order, int listener) {
  char number[16];
  snprintf(number, sizeof number, "%d", listener);
  const char *const argv[] = {"ckpt-deputy", number, order->task, order->incarnation, order->in_image, NULL};
  tracee_block(tracee, ALL_SIGNALS);
  int error = program_exec(tracee, scratch->at, SCRATCH_SIZE, order->program, argv);
  if (error) tracee_block(tracee, ALL_BUT_TRAPS);
  return error;
}

static int keep_and_exec(struct tracee *tracee, const struct scratch *scratch, const struct become *order, int listener) {
  struct descriptors kept;
  int error = descriptors_keep(tracee, scratch, &kept);
  if (error) {
    failed(error, "its descriptors cannot be kept open", tracee->pid);
  } else {
    error = exec(tracee, scratch, order, listener);
    if (error) {
      failed(error, "cannot execute the deputy", tracee->pid);
      descriptors_restore(tracee, scratch, &kept);
    }
  }
  free(kept.closing);
  return error;
}

static int with_scratch(struct tracee *tracee, const struct become *order, int socket) {
  struct scratch scratch;
  int error = scratch_open(tracee, &scratch);
  if (error) return failed(error, "it cannot map memory", tracee->pid);
  int listener = handover(tracee, scratch.at, socket);
  if (listener < 0) {
    failed(-listener, listener == -EMFILE ? "it may open no more descriptors; raise its limit (prlimit --nofile)" : "it cannot be given a socket",
           tracee->pid);
    error = -listener;
  } else {
    error = keep_and_exec(tracee, &scratch, order, listener);
    if (error) tracee_call(tracee, SYS_close, (uint64_t)listener, 0, 0, 0, 0, 0);
  }
  if (error) tracee_call(tracee, SYS_munmap, scratch.at, SCRATCH_SIZE, 0, 0, 0, 0);
  return error;
}

static int turn(struct tracee *tracee, const struct become *order, int socket) {
  if (tracee_prepare(tracee)) {
    if (errno == ENOEXEC) return failed(errno, "it is no 64-bit program", tracee->pid);
    return failed(errno, "its registers or its code cannot be read", tracee->pid);
  }
  tracee_block(tracee, ALL_BUT_TRAPS);
  int error = freeze(order->thaw, "0");
  if (error) return failed(error, "its cgroup cannot be thawed", tracee->pid);
  error = with_scratch(tracee, order, socket);
  if (!error) return 0;
  tracee_forgive(tracee);
  freeze(order->thaw, "1");
  return error;
}

// Who let it go may have let it take a signal before it stood still, in a life that was over; and a SIGCONT takes stops back. What
// is pending still is not sent twice: all are blocked, and nobody reads them before we return.
static void send_what_came(pid_t pid, const char *came) {
  for (char *end; came && *came; came = *end ? end + 1 : end) {
    int number = (int)strtol(came, &end, 10);
    if (end == came) return;
    if (number > 0 && number <= 64 && !(status_of(pid, "ShdPnd", 16) >> (number - 1) & 1)) kill(pid, number);
  }
}

static int with_socket(const struct become *order, int socket) {
  struct tracee tracee;
  if (tracee_hold(&tracee, order->pid)) return failed(errno, "it cannot be held by ptrace; is it being debugged?", order->pid);
  int error = turn(&tracee, order, socket);
  // Who stands still is not stopped once more: a SIGSTOP that came meanwhile is over with the stop that we end here.
  if (!error) tracee.stopped_meanwhile = false;
  tracee_release(&tracee);
  if (error) {
    if (!order->thaw) let_it_stand(order->pid);
    return 1;
  }
  // Its first instruction comes after this, all signals blocked.
  if (!order->thaw) kill(order->pid, SIGCONT);
  send_what_came(order->pid, order->came);
  printf("deputy %d\n", (int)order->pid);
  return 0;
}

int become(const struct become *order) {
  if (!status_of(order->pid, "Pid", 10)) return failed(ESRCH, "there is no such process", order->pid);
  if (!order->thaw && !stopped(order->pid)) return failed(EBUSY, "it is not stopped", order->pid);
  if (status_of(order->pid, "Seccomp", 10))
    return failed(EPERM, "it runs under a seccomp filter, which may kill it for what a deputy has to call", order->pid);
  if (access(order->program, X_OK)) return failed(errno, order->program, order->pid);
  int socket = rendezvous_open(order->socket);
  if (socket < 0) return 1;
  int status = with_socket(order, socket);
  if (status) unlink(order->socket);
  close(socket);
  return status;
}
