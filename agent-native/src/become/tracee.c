#include "tracee.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENT(status) ((status) >> 16)

static bool holds(const struct tracee *tracee, pid_t thread) {
  for (size_t i = tracee->count; i > 0; i--)
    if (tracee->threads[i - 1] == thread) return true;
  return false;
}

static int remember(struct tracee *tracee, pid_t thread) {
  if (tracee->count == tracee->room) {
    size_t room = tracee->room ? 2 * tracee->room : 64;
    pid_t *more = realloc(tracee->threads, room * sizeof *more);
    if (!more) return -1;
    tracee->threads = more;
    tracee->room = room;
  }
  tracee->threads[tracee->count++] = thread;
  return 0;
}

// Returns 1 when it is held, 0 when it has ended, -1 with errno.
static int seize(pid_t thread) {
  if (ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD)) {
    // A leader that has ended while others go on is a zombie, which cannot be traced.
    char path[64], state = 0;
    int error = errno;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)thread);
    FILE *stat = fopen(path, "re");
    if (stat) {
      if (fscanf(stat, "%*d (%*[^)]) %c", &state) != 1) state = 0;
      fclose(stat);
    }
    errno = error;
    return error == ESRCH || state == 'Z' || state == 'X' ? 0 : -1;
  }
  int status;
  ptrace(PTRACE_INTERRUPT, thread, 0, 0);
  // SAFETY: a seized thread that was interrupted stops, or ends; both are told.
  if (waitpid(thread, &status, __WALL) < 0) return -1;
  return WIFSTOPPED(status) ? 1 : 0;
}

// Returns how many threads were new, or -1 with errno.
static int hold_more(struct tracee *tracee) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)tracee->pid);
  DIR *threads = opendir(path);
  if (!threads) {
    if (errno == ENOENT) errno = ESRCH;
    return -1;
  }
  int found = 0, held = 0;
  for (struct dirent *entry; held >= 0 && (entry = readdir(threads));) {
    pid_t thread = atoi(entry->d_name);
    if (thread <= 0 || holds(tracee, thread)) continue;
    held = seize(thread);
    if (held > 0 && remember(tracee, thread)) held = -1;
    if (held > 0) found++;
  }
  int error = errno;
  closedir(threads);
  errno = error;
  return held < 0 ? -1 : found;
}

int tracee_hold(struct tracee *tracee, pid_t pid) {
  *tracee = (struct tracee){.pid = pid};
  int more;
  // Until there is none that is not held: then nobody is left who could make another.
  while ((more = hold_more(tracee)) > 0) continue;
  if (!more && tracee->count) return 0;
  int error = more < 0 ? errno : ESRCH;
  tracee_release(tracee);
  errno = error;
  return -1;
}

int tracee_block(struct tracee *tracee, uint64_t mask) {
  return (int)ptrace(PTRACE_SETSIGMASK, tracee->actor, sizeof mask, &mask);
}

// Lets the acting thread run to its next stop. Returns its status, or -1 when there is nothing left to wait for.
static int go_on(struct tracee *tracee, enum __ptrace_request how, bool any) {
  int status, stop = 0;
  if (ptrace(how, tracee->actor, 0, 0)) return -1;
  for (;;) {
    pid_t who = waitpid(any ? -1 : tracee->actor, &status, __WALL);
    if (who < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    // Other threads end while one of them calls execve, and the kernel waits until we have seen it.
    if (who != tracee->actor && !(WIFSTOPPED(status) && EVENT(status) == PTRACE_EVENT_EXEC)) continue;
    if (!WIFSTOPPED(status)) {
      tracee->gone = true;
      errno = ESRCH;
      return -1;
    }
    stop = WSTOPSIG(status);
    // Somebody stops or continues the process as a whole: not now.
    bool of_the_group = EVENT(status) == PTRACE_EVENT_STOP;
    if (!of_the_group && stop != SIGSTOP) return status;
    if (!of_the_group) tracee->stopped_meanwhile = true;
    if (ptrace(how, tracee->actor, 0, 0)) return -1;
  }
}

static bool at_system_call(int status) {
  return status >= 0 && WSTOPSIG(status) == (SIGTRAP | 0x80);
}

long tracee_call(struct tracee *tracee, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  struct user_regs_struct call = tracee->registers;
  call.rip = tracee->syscall_at;
  call.rax = (uint64_t)number;
  // Not within a system call: nothing is to be restarted.
  call.orig_rax = (uint64_t)-1;
  call.rdi = a, call.rsi = b, call.rdx = c, call.r10 = d, call.r8 = e, call.r9 = f;
  if (ptrace(PTRACE_SETREGS, tracee->actor, 0, &call)) return -errno;
  if (!at_system_call(go_on(tracee, PTRACE_SYSCALL, false)) || !at_system_call(go_on(tracee, PTRACE_SYSCALL, false)))
    return errno ? -errno : -EIO;
  if (ptrace(PTRACE_GETREGS, tracee->actor, 0, &call)) return -errno;
  return (long)call.rax;
}

int tracee_run(struct tracee *tracee, uintptr_t code, uint64_t argument) {
  struct user_regs_struct call = tracee->registers;
  call.rip = code;
  call.r15 = argument;
  call.orig_rax = (uint64_t)-1;
  if (ptrace(PTRACE_SETREGS, tracee->actor, 0, &call)) return -1;
  int status = go_on(tracee, PTRACE_CONT, false);
  if (status >= 0 && WSTOPSIG(status) == SIGTRAP) return 0;
  if (status >= 0) errno = EFAULT;
  return -1;
}

int tracee_exec(struct tracee *tracee, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
  struct user_regs_struct call = tracee->registers;
  call.rip = tracee->syscall_at;
  call.rax = (uint64_t)number;
  call.orig_rax = (uint64_t)-1;
  call.rdi = a, call.rsi = b, call.rdx = c, call.r10 = d, call.r8 = e;
  if (ptrace(PTRACE_SETREGS, tracee->actor, 0, &call)) return errno;
  if (!at_system_call(go_on(tracee, PTRACE_SYSCALL, false))) return EIO;
  int status = go_on(tracee, PTRACE_SYSCALL, true);
  if (status >= 0 && EVENT(status) == PTRACE_EVENT_EXEC) {
    // Whichever thread it was has the number of the leader now, and is the only one.
    tracee->actor = tracee->threads[0] = tracee->pid;
    tracee->count = 1;
    return 0;
  }
  if (!at_system_call(status)) return tracee->gone ? ESRCH : EIO;
  if (ptrace(PTRACE_GETREGS, tracee->actor, 0, &call)) return errno;
  return (int)-(long)call.rax;
}

int tracee_write(struct tracee *tracee, uintptr_t at, const void *from, size_t size) {
  struct iovec ours = {(void *)(uintptr_t)from, size}, theirs = {(void *)at, size};
  return process_vm_writev(tracee->actor, &ours, 1, &theirs, 1, 0) == (ssize_t)size ? 0 : -1;
}

int tracee_read(struct tracee *tracee, uintptr_t at, void *to, size_t size) {
  struct iovec ours = {to, size}, theirs = {(void *)at, size};
  return process_vm_readv(tracee->actor, &ours, 1, &theirs, 1, 0) == (ssize_t)size ? 0 : -1;
}

void tracee_forgive(struct tracee *tracee) {
  if (tracee->gone) return;
  ptrace(PTRACE_SETREGS, tracee->actor, 0, &tracee->registers);
  tracee_block(tracee, tracee->mask);
}

void tracee_release(struct tracee *tracee) {
  if (tracee->stopped_meanwhile) kill(tracee->pid, SIGSTOP);
  for (size_t i = 0; i < tracee->count; i++) ptrace(PTRACE_DETACH, tracee->threads[i], 0, 0);
  free(tracee->threads);
  tracee->threads = NULL;
  tracee->count = 0;
}
