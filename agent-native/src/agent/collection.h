// What the program's own collections tell, and whether a stop does well to ask for one, to wait for the next, or to do without.
#pragma once
#include <stdint.h>

enum collect {
  COLLECT_NONE,
  COLLECT_FULL, // ask for one, of everything
  COLLECT_NEXT  // wait for the next of the program's own
};

// The VM begins and ends a collection. In the VM thread, inside a safepoint.
void collection_started(void);
void collection_finished(void);

// CLOCK_MONOTONIC at which the present, or last, collection began.
uint64_t collection_start_nanos(void);

// For how long the next one is worth waiting.
uint64_t collection_patience_nanos(void);

// `used` and `committed` are bytes of the heap, `mode` is enum gc_mode.
enum collect collection_choose(uint32_t mode, uint64_t used, uint64_t committed);
