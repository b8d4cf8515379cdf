#include "collection.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "control_block.h"
#include "futex.h"
#include "heap_spaces.h"

#define MILLIS 1000000ull
#define MEGABYTES (1ull << 20)

// A look at the tables of a heap of 2 GB takes 0.04 ms, and a program may collect hundreds of times a second: so no more than a
// thousandth of the time is spent on looks.
#define REST_AFTER_LOOK 1000

// Written by the VM thread, read by the control thread, which wants no more than a picture of about now.
static _Atomic uint64_t started, finished, interval, used_after, live_estimate;
static uint64_t next_look; // of the VM thread

static void add_used(struct heap_space space, void *context) { *(uint64_t *)context += space.top - space.bottom; }

void collection_started(void) { atomic_store(&started, monotonic_nanos()); }

// What a young collection leaves holds old garbage as well, the more the longer the last collection of everything is ago. So the
// estimate follows the used bytes down at once, and up by a sixteenth of the way each time.
void collection_finished(void) {
  uint64_t now = monotonic_nanos(), before = atomic_exchange(&finished, now), used = 0;
  atomic_store(&interval, before ? now - before : 0);
  if (now < next_look || !heap_walk(add_used, &used)) return;
  next_look = now + REST_AFTER_LOOK * (monotonic_nanos() - now);
  atomic_store(&used_after, used);
  uint64_t live = atomic_load(&live_estimate);
  atomic_store(&live_estimate, !live || used < live ? used : live + (used - live) / 16);
}

uint64_t collection_start_nanos(void) { return atomic_load(&started); }

uint64_t collection_patience_nanos(void) { return 3 * atomic_load(&interval) + 50 * MILLIS; }

// Whether the program collects so often that the next one is near.
static bool next_is_near(void) {
  uint64_t between = atomic_load(&interval), since = monotonic_nanos() - atomic_load(&finished);
  return between && between <= 500 * MILLIS && since <= 2 * between + 20 * MILLIS;
}

// In ns. A byte takes 0.4 ns to dump, and 0.9 more to store, verify and restore, which count only above 32 MB: a small task's
// pause would grow by more than its image shrinks. Measured on 2 cores (docs/collect-or-not.md).
static uint64_t cost_of(uint64_t garbage) { return garbage * 4 / 10 + (garbage > 32 * MEGABYTES ? garbage * 9 / 10 : 0); }

static uint64_t beyond(uint64_t used, uint64_t live) { return used > live ? used - live : 0; }

enum collect collection_choose(uint32_t mode, uint64_t used, uint64_t committed) {
  if (mode != GC_AUTO) return mode == GC_FULL ? COLLECT_FULL : COLLECT_NONE;
  // Before the first collection nothing is known of what lives: a quarter of what is used, say.
  uint64_t estimate = atomic_load(&live_estimate), live = estimate ? estimate : used / 4;
  if (live > used) live = used;
  // A full collection takes 8 ms and 0.7 ns for each live byte, and writes tables of a 64th of the heap.
  uint64_t none = cost_of(used - live), full = 8 * MILLIS + live * 7 / 10 + committed / 160;
  // The program's own collection costs nothing that it would not have cost anyway; what it leaves was seen at the last.
  uint64_t next = next_is_near() ? cost_of(beyond(atomic_load(&used_after), live)) : UINT64_MAX;
  if (next < none && next <= full) return COLLECT_NEXT;
  return full < none ? COLLECT_FULL : COLLECT_NONE;
}
