// Sets of signals as the kernel has them: a C library keeps two (32 and 33) from its callers, and they kill like others.
#pragma once
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef uint64_t mask;

#define MASK_ALL (~(mask)0)
#define LAST_SIGNAL 64

static inline mask mask_of(int number) {
  return (mask)1 << (number - 1);
}

static inline void mask_block(mask which) {
  // SAFETY: the kernel reads eight bytes.
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &which, NULL, sizeof which);
}

static inline mask mask_pending(void) {
  mask pending = 0;
  syscall(SYS_rt_sigpending, &pending, sizeof pending);
  return pending;
}
