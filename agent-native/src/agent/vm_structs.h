// The VM's own description of itself: gHotSpotVMStructs, the table that the serviceability agent reads.
// Everything here returns "not there" where the table is absent or differs; nothing guesses by version.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VM_ABSENT (-1)

// Looks for the table in the running VM. False where this VM exports none.
bool vm_structs_open(void);

// The offset of an instance field, or VM_ABSENT.
int64_t vm_offset(const char *type, const char *field);

// The address of a static field, or NULL.
void *vm_static(const char *type, const char *field);

// The value of a bool flag of the VM (-XX:+name); `otherwise` where there is no such flag.
bool vm_flag(const char *name, bool otherwise);

static inline void *vm_pointer(const void *object, int64_t offset) { return *(void *const *)((const char *)object + offset); }
static inline size_t vm_size(const void *object, int64_t offset) { return *(const size_t *)((const char *)object + offset); }
