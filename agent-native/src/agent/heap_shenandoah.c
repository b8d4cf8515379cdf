#include "heap_spaces.h"
#include "vm_structs.h"

static bool present(void *heap) {
  (void)heap;
  return vm_flag("UseShenandoahGC", false);
}

static bool walk(void *heap, heap_visitor *visit, void *context) {
  int64_t regions = vm_offset("ShenandoahHeap", "_regions"), count = vm_offset("ShenandoahHeap", "_num_regions");
  int64_t bottom = vm_offset("ShenandoahHeapRegion", "_bottom"), top = vm_offset("ShenandoahHeapRegion", "_top"),
          end = vm_offset("ShenandoahHeapRegion", "_end");
  if (regions < 0 || count < 0 || bottom < 0 || top < 0 || end < 0) return false;
  void *const *region = vm_pointer(heap, regions);
  size_t length = vm_size(heap, count);
  if (!region || length > 1u << 20) return false;
  for (size_t i = 0; i < length; i++) {
    if (!region[i]) return false;
    visit((struct heap_space){(uintptr_t)vm_pointer(region[i], bottom), (uintptr_t)vm_pointer(region[i], top),
                              (uintptr_t)vm_pointer(region[i], end)},
          context);
  }
  return true;
}

const struct collector collector_shenandoah = {"Shenandoah", present, walk};
