// Which libraries' calls are guarded, and of what.
#pragma once
#include <jni.h>
#include <stdbool.h>
#include <stddef.h>

// Gives libraries that were loaded before the agent migrate_guard_enter() and _leave().
void guard_libraries_declare(void);

// Guards calls of malloc's family.
void guard_libraries_want_malloc(void);

// Guards calls of `function` of `library` ("libfoo.so" stands for libfoo.so.1.2 too).
void guard_libraries_want(const char *library, const char *function);

// Guards the calls of what is wanted, in every library loaded now and, by way of the VM's dlopen, later.
void guard_libraries_start(JavaVM *vm);

// Looks for libraries that came otherwise. True when all that was asked for is guarded; else `why` says what cannot be.
bool guard_libraries_ready(char *why, size_t size);
