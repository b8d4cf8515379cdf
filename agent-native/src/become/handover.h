// A descriptor of ours, given to a process that we hold.
#pragma once
#include "tracee.h"

// `scratch` is a page of its memory. Returns the number that it has there, or -errno.
int handover(struct tracee *tracee, uintptr_t scratch, int descriptor);
