// A process that stands still and is held by ptrace(2): all its threads, so that nobody's SIGCONT makes one of them run.
#pragma once
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct tracee {
  pid_t pid;
  pid_t *threads;
  size_t count, room;
  // The thread that makes calls for us. Of a leader that has ended /proc and the kernel show no memory and no descriptors any more, so
  // whoever looks at the process looks at this.
  pid_t actor;
  struct user_regs_struct registers;
  uint64_t mask; // its blocked signals
  uintptr_t syscall_at;
  bool stopped_meanwhile; // somebody sent it a SIGSTOP, which we held back
  bool gone;
};

// Seizes every thread and waits until it is trapped. Returns 0, or -1 with errno and nothing held.
int tracee_hold(struct tracee *tracee, pid_t pid);

// Chooses the thread that is to act: the leader, where it has not ended. Returns 0, or -1 with errno.
int tracee_prepare(struct tracee *tracee);

// Blocks signals of the acting thread.
int tracee_block(struct tracee *tracee, uint64_t mask);

// Makes it call. Returns what the kernel gives back: -errno in case of an error.
long tracee_call(struct tracee *tracee, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);

// Runs code that ends in a trap, with one register (r15) set. Returns 0, or -1 with errno.
int tracee_run(struct tracee *tracee, uintptr_t code, uint64_t argument);

// Makes it call execve or execveat. Returns 0 when the new program is there, stopped before its first instruction, and all
// other threads are gone; else an errno value, and it is as before.
int tracee_exec(struct tracee *tracee, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);

int tracee_write(struct tracee *tracee, uintptr_t at, const void *from, size_t size);
int tracee_read(struct tracee *tracee, uintptr_t at, void *to, size_t size);

// Puts registers and mask back as they were.
void tracee_forgive(struct tracee *tracee);

// Lets go of all threads. What was stopped by a signal stays stopped.
void tracee_release(struct tracee *tracee);
