// Regions of native code in which no checkpoint may be taken.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Closes the gate before allocator functions and waits, briefly, for the threads that are inside. In the VM thread.
void guard_native_close(void);
void guard_native_open(void);
