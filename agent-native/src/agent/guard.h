// Regions of native code in which no checkpoint may be taken.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guard_thread.h"

extern struct guard_gate guard_declared_gate; // before migrate_guard_enter()
extern struct guard_gate guard_native_gate;   // before allocator functions

// Makes migrate_guard_enter() and _leave() known to libraries that are loaded from now on.
void guard_declared_start(void);

// Holds back who enters a declared region, and waits until none is inside. True when so; else the gate is open again, and
// `who` says who is inside. In the control thread, before the safepoint.
bool guard_declared_close(uint64_t limit_millis, char *who, size_t size);
void guard_declared_open(void);

// Whether the calling thread is inside a region of native code, of either kind.
bool guard_inside(void);

// The same for allocator functions. In the VM thread, inside the safepoint: no allocation. Who is inside when it fails is
// remembered for guard_native_holder().
bool guard_native_close(uint64_t limit_millis);
void guard_native_open(void);

// Who was inside at the last guard_native_close() that failed.
void guard_native_holder(char *who, size_t size);
