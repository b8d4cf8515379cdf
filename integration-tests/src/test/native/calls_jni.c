// Native methods of io.sojourn.victim.Calls.
#include <jni.h>
#include <pthread.h>

#include "calls.h"

static long again(int depth) { return calls_nested(depth, again); }

static void *exit_inside(void *unused) {
  (void)unused;
  calls_exit();
  return NULL;
}

static const char *wrong(void) {
  if (calls_integers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) != 385) return "integers";
  if (calls_doubles(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) != 385) return "doubles";
  if (calls_variable(10, 1L, 2., 3L, 4., 5L, 6., 7L, 8., 9L, 10.) != 385) return "variable";
  struct pair pair = calls_pair(3, 4);
  if (pair.first != 4 || pair.second != 6) return "pair";
  struct two two = calls_two(5, 6);
  if (two.first != 6 || two.second != 5) return "two";
  struct big big = calls_big(3, (struct big){{1, 2, 3, 4, 5, 6, 7, 8}}, 1);
  for (int i = 0; i < 8; i++)
    if (big.words[i] != (i + 1) * 3 + 1) return "big";
  if (calls_long_double(1.5L, 4) != 6) return "long double";
  if (calls_nested(20, again) != 20) return "nested";
  jmp_buf here;
  if (!setjmp(here)) calls_jump(&here);
  return NULL;
}

// What is wrong, or NULL.
JNIEXPORT jstring JNICALL Java_io_sojourn_victim_Calls_wrong(JNIEnv *jni, jclass victim) {
  (void)victim;
  const char *what = wrong();
  return what ? (*jni)->NewStringUTF(jni, what) : NULL;
}

// A thread that ends inside of a guarded function: the unwinder goes through its caller.
JNIEXPORT jboolean JNICALL Java_io_sojourn_victim_Calls_exits(JNIEnv *jni, jclass victim) {
  (void)jni, (void)victim;
  pthread_t thread;
  void *value = NULL;
  return !pthread_create(&thread, NULL, exit_inside, NULL) && !pthread_join(thread, &value) && value == (void *)42;
}
