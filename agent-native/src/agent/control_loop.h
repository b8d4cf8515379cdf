#pragma once
#include <jvmti.h>

// Starts the control thread on `thread`, a new java.lang.Thread. 0, or a JVMTI error.
jvmtiError control_loop_start(jvmtiEnv *jvmti, JNIEnv *jni, jclass agent, jthread thread);
