// The close-on-exec flags of a process that we hold.
#pragma once
#include "tracee.h"

#define SCRATCH_SIZE (1 << 17)

struct scratch {
  uintptr_t at;    // SCRATCH_SIZE bytes of the process's memory
  bool executable; // code may be run there
};

struct descriptors {
  int *closing; // those that had the flag
  size_t count;
};

// Takes the flag off every descriptor. Returns 0, or an errno value and nothing changed.
int descriptors_keep(struct tracee *tracee, const struct scratch *scratch, struct descriptors *kept);

// Gives the flag back to those that had it.
void descriptors_restore(struct tracee *tracee, const struct scratch *scratch, struct descriptors *kept);
