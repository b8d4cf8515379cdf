// Futexes on the shared control block: no FUTEX_PRIVATE_FLAG, since the other side is another process. See futex(2).
#pragma once
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Waits until *word is no longer `seen`, a wake-up, a signal, or `timeout` (relative; NULL: for ever). The caller looks again.
static inline void futex_wait(_Atomic uint32_t *word, uint32_t seen, const struct timespec *timeout) {
  syscall(SYS_futex, word, FUTEX_WAIT, seen, timeout, NULL, 0);
}

static inline void futex_wake(_Atomic uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0); }

static inline uint64_t monotonic_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
