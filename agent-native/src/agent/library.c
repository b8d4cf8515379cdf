// What the VM calls when the library is loaded, and the native methods of io.sojourn.migrate.NativeAgent.
#include <jni.h>
#include <jvmti.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control_block.h"
#include "control_loop.h"
#include "futex.h"
#include "guard_jni.h"
#include "safepoint.h"

static JavaVM *the_vm;

static void copy(JNIEnv *jni, jobjectArray texts, int index, char *to, size_t size) {
  jstring text = (*jni)->GetObjectArrayElement(jni, texts, index);
  const char *characters = text ? (*jni)->GetStringUTFChars(jni, text, NULL) : NULL;
  if (characters) {
    strncpy(to, characters, size - 1);
    (*jni)->ReleaseStringUTFChars(jni, text, characters);
  }
}

// Names the task for all its lives: 12 hexadecimal digits.
static void new_id(char *id) {
  unsigned char random[6] = {0};
  if (getrandom(random, sizeof random, 0) < 0) memcpy(random, &(uint64_t){monotonic_nanos()}, sizeof random);
  for (size_t i = 0; i < sizeof random; i++) sprintf(id + 2 * i, "%02x", random[i]);
}

// texts: name, main class, run directory, JVM, options.
static jint JNICALL start(JNIEnv *jni, jclass agent, jobjectArray texts, jobject thread) {
  jvmtiEnv *jvmti;
  if ((*the_vm)->GetEnv(the_vm, (void **)&jvmti, JVMTI_VERSION_1_2)) return JVMTI_ERROR_UNSUPPORTED_VERSION;
  if (control_block_create()) return JVMTI_ERROR_OUT_OF_MEMORY;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  control->started_millis = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
  control->incarnation = 1;
  new_id(control->id);
  copy(jni, texts, 0, control->name, sizeof control->name);
  copy(jni, texts, 1, control->main_class, sizeof control->main_class);
  copy(jni, texts, 2, control->run_dir, sizeof control->run_dir);
  copy(jni, texts, 3, control->jvm, sizeof control->jvm);
  copy(jni, texts, 4, control->options, sizeof control->options);
  jvmtiError error = safepoint_prepare(jvmti);
  if (!error) error = control_loop_start(jvmti, jni, agent, thread);
  // Last: from here on the daemon takes the block for a task's.
  if (!error) memcpy(control->magic, CONTROL_BLOCK_MAGIC, sizeof CONTROL_BLOCK_MAGIC);
  return (jint)error;
}

static jboolean JNICALL knock(JNIEnv *jni, jclass agent, jstring socket_path) {
  (void)agent;
  const char *path = (*jni)->GetStringUTFChars(jni, socket_path, NULL);
  if (!path) return JNI_FALSE;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  bool heard = false;
  if (strlen(path) < sizeof address.sun_path) {
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // A daemon whose queue is full is not waited for: it will find the task by itself.
    heard = fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof address);
    if (fd >= 0) close(fd);
  }
  (*jni)->ReleaseStringUTFChars(jni, socket_path, path);
  return heard;
}

static void JNICALL request(JNIEnv *jni, jclass agent, jstring what) {
  (void)agent;
  const char *characters = (*jni)->GetStringUTFChars(jni, what, NULL);
  if (!characters) return;
  strncpy(control->crac_request, characters, sizeof control->crac_request - 1);
  (*jni)->ReleaseStringUTFChars(jni, what, characters);
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
  (void)reserved;
  the_vm = vm;
  JNIEnv *jni;
  if ((*vm)->GetEnv(vm, (void **)&jni, JNI_VERSION_10)) return JNI_ERR;
  jclass agent = (*jni)->FindClass(jni, "io/sojourn/migrate/NativeAgent");
  // Registered, not looked up by name: JDK 24 and later would print a warning at the first look-up (JEP 472).
  JNINativeMethod methods[] = {{"start", "([Ljava/lang/String;Ljava/lang/Thread;)I", (void *)start},
                               {"knock", "(Ljava/lang/String;)Z", (void *)knock},
                               {"request", "(Ljava/lang/String;)V", (void *)request}};
  if (!agent || (*jni)->RegisterNatives(jni, agent, methods, sizeof methods / sizeof *methods) || !guard_jni_start(jni, agent)) return JNI_ERR;
  return JNI_VERSION_10;
}
