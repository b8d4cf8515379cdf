// The program that a process is to become.
#pragma once
#include "tracee.h"

// Makes the process execute it, with these arguments and no environment; `scratch` has `size` bytes of its memory. Returns 0, or an errno value and it
// is as it was.
int program_exec(struct tracee *tracee, uintptr_t scratch, size_t size, const char *path, const char *const *argv);
