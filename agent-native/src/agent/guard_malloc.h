// malloc's family: signatures known, so a plain C function stands in for each, which is cheaper than the trampoline.
#pragma once
#include <stdbool.h>

// Finds the family in the C library. Once.
void guard_malloc_prepare(void);

// Whether the family has this name.
bool guard_malloc_has(const char *name);

// What stands in for the family's member `name`, whose real function is `target`. NULL: `target` is not the one that the
// family's stand-ins call (a library's own malloc, say), or `name` is none of the family.
void *guard_malloc_entry(const char *name, const void *target);
