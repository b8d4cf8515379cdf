#include "heap_spaces.h"
#include "vm_structs.h"

static bool present(void *heap) {
  (void)heap;
  return vm_flag("UseG1GC", false);
}

// The first of two names that the table knows: classes were renamed in JDK 23 (JDK-8330694).
static int64_t either(const char *now, const char *before, const char *field) {
  int64_t offset = vm_offset(now, field);
  return offset >= 0 ? offset : vm_offset(before, field);
}

static bool walk(void *heap, heap_visitor *visit, void *context) {
  int64_t manager = vm_offset("G1CollectedHeap", "_hrm");
  int64_t table = either("G1HeapRegionManager", "HeapRegionManager", "_regions");
  int64_t base = vm_offset("G1HeapRegionTable", "_base"), length = vm_offset("G1HeapRegionTable", "_length");
  int64_t bottom = either("G1HeapRegion", "HeapRegion", "_bottom"), top = either("G1HeapRegion", "HeapRegion", "_top"),
          end = either("G1HeapRegion", "HeapRegion", "_end");
  if (manager < 0 || table < 0 || base < 0 || length < 0 || bottom < 0 || top < 0 || end < 0) return false;
  const char *regions = (const char *)heap + manager + table;
  void *const *region = vm_pointer(regions, base);
  size_t count = vm_size(regions, length);
  if (!region || count > 1u << 20) return false;
  for (size_t i = 0; i < count; i++)
    if (region[i])
      visit((struct heap_space){(uintptr_t)vm_pointer(region[i], bottom), (uintptr_t)vm_pointer(region[i], top),
                                (uintptr_t)vm_pointer(region[i], end)},
            context);
  return true;
}

const struct collector collector_g1 = {"G1", present, walk};
