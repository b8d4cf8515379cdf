// Stops the VM inside a safepoint and holds it there until the daemon says `go` or the pause limit is over.
#pragma once
#include <jvmti.h>
#include <stdbool.h>
#include <stdint.h>

#include "collection.h"

// Adds the capabilities and switches the events on. 0, or a JVMTI error.
jvmtiError safepoint_prepare(jvmtiEnv *jvmti);

enum stop {
  STOP_DONE,
  STOP_MISSED, // the VM never called us back
  STOP_HELD    // a thread did not come out of an allocator function; see guard_native_holder()
};

// Stops, waits, and returns after the VM ran on. The stop comes at the end of a collection, as `collect` says, or in a safepoint of
// its own; that also where no collection comes in time. Threads in allocator functions have `guard_millis` to come out.
enum stop safepoint_stop(jvmtiEnv *jvmti, enum collect collect, uint64_t guard_millis);
