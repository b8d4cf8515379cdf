#pragma once
#include <jni.h>
#include <stdbool.h>

// Registers the native methods of io.sojourn.migrate.NativeAgent that are about the guard, and starts the declared regions.
bool guard_jni_start(JNIEnv *jni, jclass agent);
