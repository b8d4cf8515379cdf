// What Java tells the guard.
#include "guard_jni.h"

#include "guard.h"

static void JNICALL native_functions(JNIEnv *jni, jclass agent, jobjectArray functions) { (void)jni, (void)agent, (void)functions; }

static jstring JNICALL close_declared(JNIEnv *jni, jclass agent, jint limit_millis) {
  (void)agent;
  char who[1024];
  if (guard_declared_close(limit_millis > 0 ? (uint64_t)limit_millis : 0, who, sizeof who)) return NULL;
  return (*jni)->NewStringUTF(jni, who);
}

static void JNICALL open_declared(JNIEnv *jni, jclass agent) {
  (void)jni, (void)agent;
  guard_declared_open();
}

static jboolean JNICALL inside(JNIEnv *jni, jclass agent) {
  (void)jni, (void)agent;
  return guard_inside();
}

bool guard_jni_start(JNIEnv *jni, jclass agent) {
  guard_declared_start();
  JNINativeMethod methods[] = {{"guardNative", "([Ljava/lang/String;)V", (void *)native_functions},
                               {"guardClose", "(I)Ljava/lang/String;", (void *)close_declared},
                               {"guardOpen", "()V", (void *)open_declared},
                               {"guardInside", "()Z", (void *)inside}};
  return !(*jni)->RegisterNatives(jni, agent, methods, sizeof methods / sizeof *methods);
}
