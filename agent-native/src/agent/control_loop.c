// The control thread: an agent thread of the VM that waits for the daemon's requests and serves them one by one.
#include "control_loop.h"

#include <malloc.h>
#include <string.h>

#include "attach_listener.h"
#include "control_block.h"
#include "futex.h"
#include "guard.h"
#include "heap_spaces.h"
#include "safepoint.h"

#define GUARD_TRIES 4

static jclass agent_class, runtime_class; // global references
static jmethodID before_stop, after_stop, answered, thread_count;

static jlong runtime_number(JNIEnv *jni, const char *method) {
  jmethodID get = (*jni)->GetStaticMethodID(jni, runtime_class, "getRuntime", "()Ljava/lang/Runtime;");
  jobject runtime = (*jni)->CallStaticObjectMethod(jni, runtime_class, get);
  jmethodID number = (*jni)->GetMethodID(jni, runtime_class, method, "()J");
  jlong value = (*jni)->CallLongMethod(jni, runtime, number);
  (*jni)->DeleteLocalRef(jni, runtime);
  return value;
}

static void read_status(JNIEnv *jni) {
  jlong total = runtime_number(jni, "totalMemory"), free = runtime_number(jni, "freeMemory");
  control->heap_committed = (uint64_t)total;
  control->heap_used = (uint64_t)(total - free);
  control->threads = (uint32_t)(*jni)->CallStaticIntMethod(jni, agent_class, thread_count);
  (*jni)->ExceptionClear(jni);
}

// A thread in an allocator function that calls the VM comes out only when the VM runs: so there are several tries, each with
// an equal part of the limit, and the last says who was in the way.
static enum stop stop_outside_allocators(jvmtiEnv *jvmti, enum collect collect) {
  enum stop stood = STOP_HELD;
  for (int i = 0; i < GUARD_TRIES && stood == STOP_HELD; i++) {
    // What was collected just now need not be collected again.
    stood = safepoint_stop(jvmti, i ? COLLECT_NONE : collect, control->guard_limit_millis / GUARD_TRIES);
  }
  return stood;
}

static enum result stop(jvmtiEnv *jvmti, JNIEnv *jni) {
  control->text[0] = 0;
  control->trimmed = 0;
  atomic_store(&control->outcome, OUTCOME_NONE);
  control_phase(control->flags & FLAG_CRAC ? PHASE_CALLBACKS : PHASE_GUARD);
  jstring refusal = (*jni)->CallStaticObjectMethod(jni, agent_class, before_stop, (jint)control->flags, (jint)control->guard_limit_millis);
  if ((*jni)->ExceptionCheck(jni)) {
    (*jni)->ExceptionClear(jni);
    control_text("the agent failed before the stop");
    return RESULT_FAILED;
  }
  if (refusal) {
    const char *text = (*jni)->GetStringUTFChars(jni, refusal, NULL);
    if (text) {
      control_text("%s", text + 1);
      enum result result = *text == 'C' ? RESULT_CALLBACK_FAILED : RESULT_GUARD_HELD;
      (*jni)->ReleaseStringUTFChars(jni, refusal, text);
      (*jni)->DeleteLocalRef(jni, refusal);
      return result;
    }
    return RESULT_FAILED;
  }
  attach_listener_remove();
  // What the C library holds free goes back too: after a start-up with its compilations that is 5 of an idle JVM's 29 MB.
  malloc_trim(0);
  heap_trim_prepare();
  read_status(jni);
  enum collect collect = collection_choose(control->gc_mode, control->heap_used, control->heap_committed);
  control->collected = collect;
  control->busy_since_nanos = monotonic_nanos();
  control_phase(collect == COLLECT_NONE ? PHASE_STOPPING : PHASE_COLLECTING);
  enum stop stood = stop_outside_allocators(jvmti, collect);
  control_phase(PHASE_RESUMING);
  enum outcome outcome = atomic_load(&control->outcome);
  jstring trouble = (*jni)->CallStaticObjectMethod(jni, agent_class, after_stop, (jint)control->flags, (jint)outcome);
  (*jni)->ExceptionClear(jni);
  const char *text = trouble ? (*jni)->GetStringUTFChars(jni, trouble, NULL) : NULL;
  if (text) {
    control_text("%s", text);
    (*jni)->ReleaseStringUTFChars(jni, trouble, text);
  }
  if (stood == STOP_HELD) {
    guard_native_holder(control->text, sizeof control->text);
    return RESULT_GUARD_HELD;
  }
  if (stood == STOP_MISSED) {
    control_text("the VM did not come to a safepoint that calls the agent");
    return RESULT_NO_SAFEPOINT;
  }
  return outcome == OUTCOME_NONE ? RESULT_TIMED_OUT : RESULT_DONE;
}

// As bytes: NewStringUTF would want the VM's own variant of UTF-8.
static void pass_refusal_on(JNIEnv *jni) {
  jsize length = (jsize)strnlen(control->text, sizeof control->text);
  jbyteArray text = (*jni)->NewByteArray(jni, length);
  if (text) {
    (*jni)->SetByteArrayRegion(jni, text, 0, length, (const jbyte *)control->text);
    (*jni)->CallStaticVoidMethod(jni, agent_class, answered, text);
  }
  (*jni)->ExceptionClear(jni);
}

static void serve(jvmtiEnv *jvmti, JNIEnv *jni) {
  enum result result = RESULT_DONE;
  (*jni)->PushLocalFrame(jni, 16);
  if (control->command == COMMAND_STATUS)
    read_status(jni);
  else if (control->command == COMMAND_STOP)
    result = stop(jvmti, jni);
  else if (control->command == COMMAND_REFUSE)
    pass_refusal_on(jni);
  (*jni)->PopLocalFrame(jni, NULL);
  control_reply(result);
}

static void JNICALL control_thread(jvmtiEnv *jvmti, JNIEnv *jni, void *unused) {
  (void)unused;
  for (;;) {
    uint32_t request = atomic_load(&control->request);
    if (request == atomic_load(&control->reply))
      futex_wait(&control->request, request, NULL);
    else
      serve(jvmti, jni);
  }
}

jvmtiError control_loop_start(jvmtiEnv *jvmti, JNIEnv *jni, jclass agent, jthread thread) {
  agent_class = (*jni)->NewGlobalRef(jni, agent);
  runtime_class = (*jni)->NewGlobalRef(jni, (*jni)->FindClass(jni, "java/lang/Runtime"));
  before_stop = (*jni)->GetStaticMethodID(jni, agent, "beforeStop", "(II)Ljava/lang/String;");
  after_stop = (*jni)->GetStaticMethodID(jni, agent, "afterStop", "(II)Ljava/lang/String;");
  answered = (*jni)->GetStaticMethodID(jni, agent, "answered", "([B)V");
  thread_count = (*jni)->GetStaticMethodID(jni, agent, "threadCount", "()I");
  if (!before_stop || !after_stop || !answered || !thread_count) return JVMTI_ERROR_INTERNAL;
  strncpy(control->collector, heap_collector(), sizeof control->collector - 1);
  return (*jvmti)->RunAgentThread(jvmti, thread, control_thread, NULL, JVMTI_THREAD_NORM_PRIORITY);
}
