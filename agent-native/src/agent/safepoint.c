#include "safepoint.h"

#include <string.h>

#include "control_block.h"
#include "futex.h"
#include "guard.h"
#include "heap_spaces.h"

static _Atomic bool armed; // the next safepoint that calls us back is the stop
static _Atomic int ended;  // enum stop: what came of it
static _Atomic uint64_t guard_limit_millis;
static _Atomic uint64_t live_estimate;

static void add_used(struct heap_space space, void *context) { *(uint64_t *)context += space.top - space.bottom; }

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
  control_phase(PHASE_STOPPED);
  // A restore that comes hours later finds the deadline passed and runs on at once; so does a task whose daemon died.
  for (uint32_t go; (go = atomic_load(&control->go)) != number;) {
    uint64_t now = monotonic_nanos();
    if (now >= deadline || now < control->stopped_nanos) break;
    uint64_t left = deadline - now;
    struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    futex_wait(&control->go, go, &timeout);
  }
  control->resumed_nanos = monotonic_nanos();
  guard_native_open();
}

// What a young collection leaves holds old garbage as well, the more the longer the last collection of everything is ago. So the
// estimate follows the used bytes down at once, and up by a sixteenth of the way each time.
static void note_used(uint64_t used) {
  uint64_t live = atomic_load(&live_estimate);
  atomic_store(&live_estimate, !live || used < live ? used : live + (used - live) / 16);
}

static void JNICALL on_collection_finish(jvmtiEnv *jvmti) {
  (void)jvmti;
  if (atomic_exchange(&armed, false)) hold();
  uint64_t used = 0;
  if (heap_walk(add_used, &used)) note_used(used);
}

// The first root that the walk comes to is the stop; then the walk is broken off. So nothing of the heap is visited.
static jint JNICALL on_first_root(jvmtiHeapReferenceKind kind, const jvmtiHeapReferenceInfo *info, jlong class_tag, jlong referrer_class_tag,
                                  jlong size, jlong *tag, jlong *referrer_tag, jint length, void *unused) {
  (void)kind, (void)info, (void)class_tag, (void)referrer_class_tag, (void)size, (void)tag, (void)referrer_tag, (void)length, (void)unused;
  if (atomic_exchange(&armed, false)) hold();
  return JVMTI_VISIT_ABORT;
}

jvmtiError safepoint_prepare(jvmtiEnv *jvmti) {
  jvmtiCapabilities capabilities = {.can_generate_garbage_collection_events = 1, .can_tag_objects = 1};
  jvmtiError error = (*jvmti)->AddCapabilities(jvmti, &capabilities);
  if (error) return error;
  jvmtiEventCallbacks callbacks = {.GarbageCollectionFinish = on_collection_finish};
  error = (*jvmti)->SetEventCallbacks(jvmti, &callbacks, sizeof callbacks);
  return error ? error : (*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, JVMTI_EVENT_GARBAGE_COLLECTION_FINISH, NULL);
}

enum stop safepoint_stop(jvmtiEnv *jvmti, bool collect, uint64_t guard_millis) {
  atomic_store(&guard_limit_millis, guard_millis);
  atomic_store(&ended, STOP_MISSED);
  atomic_store(&armed, true);
  if (collect) (*jvmti)->ForceGarbageCollection(jvmti);
  // Not stopped by a collection: none was wanted, or this collector posts no such event (Epsilon, ZGC of some versions).
  if (atomic_load(&ended) == STOP_MISSED) {
    jvmtiHeapCallbacks callbacks = {.heap_reference_callback = on_first_root};
    (*jvmti)->FollowReferences(jvmti, 0, NULL, NULL, &callbacks, NULL);
  }
  atomic_store(&armed, false);
  return (enum stop)atomic_load(&ended);
}

uint64_t safepoint_live_estimate(void) { return atomic_load(&live_estimate); }
