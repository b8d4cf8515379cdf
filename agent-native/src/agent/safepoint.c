#include "safepoint.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "control_block.h"
#include "futex.h"
#include "guard.h"
#include "heap_spaces.h"
#include "snapshot.h"

static _Atomic uint32_t armed; // futex: 1 while the next safepoint that calls us back is the stop
static _Atomic uint32_t left;  // futex: 1 when the stop is over
static _Atomic int ended;      // enum stop: what came of it
static _Atomic uint64_t guard_limit_millis;

#define LOOK_NANOS 100000000u

// No pidfd: CRIU would find it open.
static bool keeper_ended(void) { return kill((pid_t)control->keeper, 0) && errno == ESRCH; }

// In the VM thread: every Java thread stands still, every allocation buffer is retired. What native code does goes on, but
// for guarded regions. No JNI, no allocation.
static void hold(void) {
  if (!guard_native_close(atomic_load(&guard_limit_millis))) {
    atomic_store(&ended, STOP_HELD);
    return;
  }
  atomic_store(&ended, STOP_DONE);
  control->trimmed = heap_trim();
  uint32_t number = atomic_load(&control->stop);
  control->stopped_nanos = monotonic_nanos();
  uint64_t deadline = control->stopped_nanos + control->pause_limit_millis * 1000000ull;
  sigset_t unblocked;
  snapshot_serve_begin(number, &unblocked);
  control_phase(PHASE_STOPPED);
  // A restore that comes hours later finds the deadline passed and runs on at once; so does a task whose daemon died.
  for (uint32_t go; (go = atomic_load(&control->go)) != number;) {
    uint64_t now = monotonic_nanos();
    if (now >= deadline || now < control->stopped_nanos) break;
    snapshot_if_asked(number);
    uint64_t left = deadline - now;
    if (atomic_load(&control->kept) == number) {
      if (keeper_ended()) break;
      if (left > LOOK_NANOS) left = LOOK_NANOS;
    }
    struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    futex_wait(&control->go, go, &timeout);
  }
  control->resumed_nanos = monotonic_nanos();
  snapshot_serve_end(&unblocked);
  guard_native_open();
}

static void stop_if_armed(void) {
  if (!atomic_exchange(&armed, 0)) return;
  futex_wake(&armed);
  hold();
  atomic_store(&left, 1);
  futex_wake(&left);
}

static void JNICALL on_collection_start(jvmtiEnv *jvmti) {
  (void)jvmti;
  collection_started();
}

static void JNICALL on_collection_finish(jvmtiEnv *jvmti) {
  (void)jvmti;
  // The wait for the program's own collection is no standstill, the collection is.
  if (atomic_load(&armed) && control->collected == COLLECT_NEXT) control->busy_since_nanos = collection_start_nanos();
  stop_if_armed();
  collection_finished();
}

// The first root that the walk comes to is the stop; then the walk is broken off. So nothing of the heap is visited.
static jint JNICALL on_first_root(jvmtiHeapReferenceKind kind, const jvmtiHeapReferenceInfo *info, jlong class_tag, jlong referrer_class_tag,
                                  jlong size, jlong *tag, jlong *referrer_tag, jint length, void *unused) {
  (void)kind, (void)info, (void)class_tag, (void)referrer_class_tag, (void)size, (void)tag, (void)referrer_tag, (void)length, (void)unused;
  stop_if_armed();
  return JVMTI_VISIT_ABORT;
}

jvmtiError safepoint_prepare(jvmtiEnv *jvmti) {
  jvmtiCapabilities capabilities = {.can_generate_garbage_collection_events = 1, .can_tag_objects = 1};
  jvmtiError error = (*jvmti)->AddCapabilities(jvmti, &capabilities);
  if (error) return error;
  jvmtiEventCallbacks callbacks = {.GarbageCollectionStart = on_collection_start, .GarbageCollectionFinish = on_collection_finish};
  error = (*jvmti)->SetEventCallbacks(jvmti, &callbacks, sizeof callbacks);
  if (!error) error = (*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, JVMTI_EVENT_GARBAGE_COLLECTION_START, NULL);
  return error ? error : (*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, JVMTI_EVENT_GARBAGE_COLLECTION_FINISH, NULL);
}

// Waits until one of the program's own collections ends in the stop, or none has come in time.
static void await_collection(void) {
  uint64_t deadline = monotonic_nanos() + collection_patience_nanos();
  while (atomic_load(&armed)) {
    uint64_t now = monotonic_nanos();
    if (now >= deadline) {
      control->collected = COLLECT_NONE;
      control->busy_since_nanos = now;
      return;
    }
    struct timespec timeout = {(time_t)((deadline - now) / 1000000000u), (long)((deadline - now) % 1000000000u)};
    futex_wait(&armed, 1, &timeout);
  }
}

enum stop safepoint_stop(jvmtiEnv *jvmti, enum collect collect, uint64_t guard_millis) {
  atomic_store(&guard_limit_millis, guard_millis);
  atomic_store(&ended, STOP_MISSED);
  atomic_store(&left, 0);
  atomic_store(&armed, 1);
  if (collect == COLLECT_FULL) (*jvmti)->ForceGarbageCollection(jvmti);
  if (collect == COLLECT_NEXT) await_collection();
  // Not stopped by a collection: none was wanted or came, or this collector posts no such event (Epsilon, ZGC of some versions). One
  // that comes just now is as good: then this finds nothing to do, and waits for the end of that safepoint.
  if (atomic_load(&ended) == STOP_MISSED) {
    jvmtiHeapCallbacks callbacks = {.heap_reference_callback = on_first_root};
    (*jvmti)->FollowReferences(jvmti, 0, NULL, NULL, &callbacks, NULL);
  }
  // Who has taken the order is in hold(), or has left it.
  if (!atomic_exchange(&armed, 0))
    while (!atomic_load(&left)) futex_wait(&left, 0, NULL);
  return (enum stop)atomic_load(&ended);
}
