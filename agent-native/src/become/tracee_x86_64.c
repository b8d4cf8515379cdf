// Which thread acts, and where in its memory there is a `syscall` instruction.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "tracee.h"

#define CODE_SEGMENT_64 0x33
#define CHUNK (1 << 16)

static const unsigned char SYSCALL[] = {0x0f, 0x05};

// The two bytes make a system call also where they are part of other instructions, as we jump right to them.
static uintptr_t search(struct tracee *tracee, uintptr_t start, uintptr_t end) {
  static unsigned char text[CHUNK];
  for (uintptr_t at = start; at + sizeof SYSCALL <= end; at += CHUNK - 1) {
    size_t size = end - at < CHUNK ? end - at : CHUNK;
    if (tracee_read(tracee, at, text, size)) return 0;
    unsigned char *found = memmem(text, size, SYSCALL, sizeof SYSCALL);
    if (found) return at + (uintptr_t)(found - text);
  }
  return 0;
}

// In any executable mapping: whichever C library it has, if any, is the same to us.
static uintptr_t find_syscall(struct tracee *tracee) {
  // As a rule the thread waits in one.
  unsigned char before[sizeof SYSCALL];
  uintptr_t last = tracee->registers.rip - sizeof SYSCALL;
  if (!tracee_read(tracee, last, before, sizeof before) && !memcmp(before, SYSCALL, sizeof before)) return last;
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/maps", (int)tracee->actor);
  FILE *maps = fopen(path, "re");
  if (!maps) return 0;
  uintptr_t found = 0;
  while (!found && fgets(line, sizeof line, maps)) {
    uintptr_t start, end;
    char mode[5];
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, mode) != 3) continue;
    // Execution of the old vsyscall page is emulated, not real.
    if (mode[0] == 'r' && mode[2] == 'x' && !strstr(line, "[vsyscall]")) found = search(tracee, start, end);
  }
  fclose(maps);
  return found;
}

int tracee_prepare(struct tracee *tracee) {
  tracee->actor = tracee->threads[0];
  for (size_t i = 0; i < tracee->count; i++)
    if (tracee->threads[i] == tracee->pid) tracee->actor = tracee->pid;
  if (ptrace(PTRACE_GETREGS, tracee->actor, 0, &tracee->registers)) return -1;
  if (ptrace(PTRACE_GETSIGMASK, tracee->actor, sizeof tracee->mask, &tracee->mask)) return -1;
  if (tracee->registers.cs != CODE_SEGMENT_64) {
    errno = ENOEXEC;
    return -1;
  }
  tracee->syscall_at = find_syscall(tracee);
  if (tracee->syscall_at) return 0;
  errno = ENOSYS;
  return -1;
}
