// What Java tells the guard.
#include "guard_jni.h"

#include "guard.h"
#include "guard_libraries.h"

static const char *text_at(JNIEnv *jni, jobjectArray texts, jsize index, jstring *text) {
  *text = (*jni)->GetObjectArrayElement(jni, texts, index);
  return *text ? (*jni)->GetStringUTFChars(jni, *text, NULL) : NULL;
}

// functions: library and function by turns.
static void JNICALL guard_native(JNIEnv *jni, jclass agent, jobjectArray functions) {
  (void)agent;
  JavaVM *vm;
  if ((*jni)->GetJavaVM(jni, &vm)) return;
  jsize length = (*jni)->GetArrayLength(jni, functions);
  if (!length) guard_libraries_want_malloc();
  for (jsize i = 0; i + 1 < length; i += 2) {
    jstring library_text, function_text;
    const char *library = text_at(jni, functions, i, &library_text), *function = text_at(jni, functions, i + 1, &function_text);
    if (library && function) guard_libraries_want(library, function);
    if (library) (*jni)->ReleaseStringUTFChars(jni, library_text, library);
    if (function) (*jni)->ReleaseStringUTFChars(jni, function_text, function);
  }
  guard_libraries_start(vm);
}

static jstring JNICALL close_declared(JNIEnv *jni, jclass agent, jint limit_millis) {
  (void)agent;
  char who[1024];
  if (guard_libraries_ready(who, sizeof who) && guard_declared_close(limit_millis > 0 ? (uint64_t)limit_millis : 0, who, sizeof who)) return NULL;
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
  guard_libraries_declare();
  JNINativeMethod methods[] = {{"guardNative", "([Ljava/lang/String;)V", (void *)guard_native},
                               {"guardClose", "(I)Ljava/lang/String;", (void *)close_declared},
                               {"guardOpen", "()V", (void *)open_declared},
                               {"guardInside", "()Z", (void *)inside}};
  return !(*jni)->RegisterNatives(jni, agent, methods, sizeof methods / sizeof *methods);
}
