// Native methods of io.sojourn.victim.Ledger.
#include <jni.h>

#include "ledger.h"
#include "migrate_guard.h"

#define KEPT 8

static _Atomic bool over;

JNIEXPORT jboolean JNICALL Java_io_sojourn_victim_Ledger_open(JNIEnv *jni, jclass victim, jstring file) {
  (void)victim;
  const char *name = (*jni)->GetStringUTFChars(jni, file, NULL);
  jboolean done = ledger_open(name);
  (*jni)->ReleaseStringUTFChars(jni, file, name);
  return done;
}

static int change(int block, uint32_t owner) {
  if (block < 0) return ledger_alloc(owner);
  ledger_free(block);
  return -1;
}

// Allocates and frees until over(), without a return to Java: so no safepoint waits for this thread.
JNIEXPORT void JNICALL Java_io_sojourn_victim_Ledger_hammer(JNIEnv *jni, jclass victim, jint owner, jboolean declared) {
  (void)jni, (void)victim;
  int blocks[KEPT];
  for (int i = 0; i < KEPT; i++) blocks[i] = -1;
  for (int i = 0; !over; i = (i + 1) % KEPT) {
    if (declared) migrate_guard_enter();
    blocks[i] = change(blocks[i], (uint32_t)owner);
    if (declared) migrate_guard_leave();
  }
}

JNIEXPORT void JNICALL Java_io_sojourn_victim_Ledger_begin(JNIEnv *jni, jclass victim) {
  (void)jni, (void)victim;
  ledger_begin();
}

JNIEXPORT void JNICALL Java_io_sojourn_victim_Ledger_end(JNIEnv *jni, jclass victim, jint block, jint owner) {
  (void)jni, (void)victim;
  ledger_end(block, (uint32_t)owner);
}

JNIEXPORT void JNICALL Java_io_sojourn_victim_Ledger_over(JNIEnv *jni, jclass victim) {
  (void)jni, (void)victim;
  over = true;
}

JNIEXPORT jboolean JNICALL Java_io_sojourn_victim_Ledger_agrees(JNIEnv *jni, jclass victim) {
  (void)jni, (void)victim;
  return ledger_agrees();
}

JNIEXPORT void JNICALL Java_io_sojourn_victim_Ledger_hold(JNIEnv *jni, jclass victim, jboolean declared) {
  (void)jni, (void)victim;
  if (declared) migrate_guard_enter();
  ledger_hold();
  if (declared) migrate_guard_leave();
}

JNIEXPORT jboolean JNICALL Java_io_sojourn_victim_Ledger_isHeld(JNIEnv *jni, jclass victim) {
  (void)jni, (void)victim;
  return ledger_is_held();
}

JNIEXPORT void JNICALL Java_io_sojourn_victim_Ledger_release(JNIEnv *jni, jclass victim) {
  (void)jni, (void)victim;
  ledger_release();
}
