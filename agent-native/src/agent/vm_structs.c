#include "vm_structs.h"

#include <dlfcn.h>
#include <string.h>

static const char *entries;
static uint64_t stride, type_at, field_at, static_at, offset_at, address_at;

static bool number(const char *symbol, uint64_t *value) {
  const uint64_t *found = dlsym(RTLD_DEFAULT, symbol);
  if (found) *value = *found;
  return found != NULL;
}

// libjvm.so is loaded by the launcher with local scope on some builds, so RTLD_DEFAULT may miss it.
static void *table(void) {
  void *found = dlsym(RTLD_DEFAULT, "gHotSpotVMStructs");
  if (found) return found;
  void *jvm = dlopen("libjvm.so", RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
  return jvm ? dlsym(jvm, "gHotSpotVMStructs") : NULL;
}

bool vm_structs_open(void) {
  if (entries) return true;
  const char **found = table();
  if (!found || !number("gHotSpotVMStructEntryArrayStride", &stride) || !number("gHotSpotVMStructEntryTypeNameOffset", &type_at) ||
      !number("gHotSpotVMStructEntryFieldNameOffset", &field_at) || !number("gHotSpotVMStructEntryIsStaticOffset", &static_at) ||
      !number("gHotSpotVMStructEntryOffsetOffset", &offset_at) || !number("gHotSpotVMStructEntryAddressOffset", &address_at))
    return false;
  if (stride < 32 || stride > 256) return false;
  entries = *found;
  return entries != NULL;
}

static const char *text_at(const char *entry, uint64_t at) { return *(const char *const *)(entry + at); }

static const char *find(const char *type, const char *field, bool is_static) {
  if (!vm_structs_open()) return NULL;
  for (const char *entry = entries; text_at(entry, type_at); entry += stride)
    if (!strcmp(text_at(entry, type_at), type) && text_at(entry, field_at) && !strcmp(text_at(entry, field_at), field) &&
        !!*(const int32_t *)(entry + static_at) == is_static)
      return entry;
  return NULL;
}

int64_t vm_offset(const char *type, const char *field) {
  const char *entry = find(type, field, false);
  return entry ? (int64_t) * (const uint64_t *)(entry + offset_at) : VM_ABSENT;
}

void *vm_static(const char *type, const char *field) {
  const char *entry = find(type, field, true);
  return entry ? *(void *const *)(entry + address_at) : NULL;
}

static size_t flag_stride(void) {
  // The size of JVMFlag is in the table of types, which has the same shape of access.
  const char **types = dlsym(RTLD_DEFAULT, "gHotSpotVMTypes");
  uint64_t type_stride, name_at, size_at;
  if (!types || !*types || !number("gHotSpotVMTypeEntryArrayStride", &type_stride) ||
      !number("gHotSpotVMTypeEntryTypeNameOffset", &name_at) || !number("gHotSpotVMTypeEntrySizeOffset", &size_at))
    return 0;
  for (const char *entry = *types; text_at(entry, name_at); entry += type_stride)
    if (!strcmp(text_at(entry, name_at), "JVMFlag")) return *(const uint64_t *)(entry + size_at);
  return 0;
}

bool vm_flag(const char *name, bool otherwise) {
  void **flags = vm_static("JVMFlag", "flags");
  size_t *count = vm_static("JVMFlag", "numFlags");
  int64_t name_offset = vm_offset("JVMFlag", "_name"), address_offset = vm_offset("JVMFlag", "_addr");
  size_t each = flag_stride();
  if (!flags || !*flags || !count || !each || name_offset < 0 || address_offset < 0 || *count > 10000) return otherwise;
  for (size_t i = 0; i < *count; i++) {
    const char *flag = (const char *)*flags + i * each;
    const char *flag_name = vm_pointer(flag, name_offset);
    if (flag_name && !strcmp(flag_name, name)) return *(const bool *)vm_pointer(flag, address_offset);
  }
  return otherwise;
}
