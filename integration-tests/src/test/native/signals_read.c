#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

// Loaded into CRIU: stops it when it has read which signals wait for the first process, before its next step. Once.
long ptrace(enum __ptrace_request request, ...) {
  static int read, stopped;
  __builtin_va_list words;
  __builtin_va_start(words, request);
  long process = __builtin_va_arg(words, long);
  void *address = __builtin_va_arg(words, void *), *data = __builtin_va_arg(words, void *);
  __builtin_va_end(words);
  if (read && !stopped && request != PTRACE_PEEKSIGINFO) {
    stopped = 1;
    raise(SIGSTOP);
  }
  // The call gives what it has peeked by address, libc's wrapper as its value.
  long peeked, peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER;
  long value = syscall(SYS_ptrace, request, process, address, peeks ? &peeked : data);
  const struct __ptrace_peeksiginfo_args *queue = address;
  if (request == PTRACE_PEEKSIGINFO && queue->flags & PTRACE_PEEKSIGINFO_SHARED && !value) read = 1;
  if (!peeks || value < 0) return value;
  errno = 0;
  return peeked;
}
