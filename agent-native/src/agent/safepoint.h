// Stops the VM inside a safepoint and holds it there until the daemon says `go` or the pause limit is over.
#pragma once
#include <jvmti.h>
#include <stdbool.h>
#include <stdint.h>

// Adds the capabilities and switches the events on. 0, or a JVMTI error.
jvmtiError safepoint_prepare(jvmtiEnv *jvmti);

// Stops, waits, and returns after the VM ran on. With `collect` the stop comes at the end of a full collection, else in a
// safepoint of its own. False when the VM never stood still.
bool safepoint_stop(jvmtiEnv *jvmti, bool collect);

// Bytes in use after the collector's last pause; 0 before the first. An upper bound of what is live.
uint64_t safepoint_used_after_collection(void);
