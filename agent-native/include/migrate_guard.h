// Regions of C code in which no checkpoint may be taken: allocators whose books lie in shared memory, device protocols, and
// whatever else would be left half done outside of the process.
//
//     #include "migrate_guard.h"
//
//     migrate_guard_enter();
//     ... change what others see, in several steps ...
//     migrate_guard_leave();
//
// A freeze waits, within its guard limit, until no thread is inside, and meanwhile holds back threads that want to come in.
// Regions nest, with those of Java's CheckpointGuard too. Enter and leave in the same thread, and do not wait inside for a
// thread that may have to enter a region itself.
//
// The symbols are weak: a library built with this header loads and runs without the agent, and then these calls do nothing.
// It needs no library to link with.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

extern void migrate_guard_enter(void) __attribute__((weak));
extern void migrate_guard_leave(void) __attribute__((weak));

// Looked at anew each time, where a compiler would look at an address once: the agent may be attached while the program runs.
static void (*volatile migrate_guard_entered)(void) __attribute__((unused)) = migrate_guard_enter;
static void (*volatile migrate_guard_left)(void) __attribute__((unused)) = migrate_guard_leave;

#ifdef __cplusplus
}
#endif

#define migrate_guard_enter() (migrate_guard_entered ? migrate_guard_entered() : (void)0)
#define migrate_guard_leave() (migrate_guard_left ? migrate_guard_left() : (void)0)
