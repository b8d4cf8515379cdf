// Stops the VM inside a safepoint and holds it there until the daemon says `go` or the pause limit is over.
#pragma once
#include <jvmti.h>
#include <stdbool.h>
#include <stdint.h>

// Adds the capabilities and switches the events on. 0, or a JVMTI error.
jvmtiError safepoint_prepare(jvmtiEnv *jvmti);

enum stop {
  STOP_DONE,
  STOP_MISSED, // the VM never called us back
  STOP_HELD    // a thread did not come out of an allocator function; see guard_native_holder()
};

// Stops, waits, and returns after the VM ran on. With `collect` the stop comes at the end of a full collection, else in a
// safepoint of its own. Threads in allocator functions have `guard_millis` to come out.
enum stop safepoint_stop(jvmtiEnv *jvmti, bool collect, uint64_t guard_millis);

// How much is probably live, from what the collections left so far; 0 before the first.
uint64_t safepoint_live_estimate(void);
