#include "heap_spaces.h"
#include "vm_structs.h"

// With UseNUMA eden is cut into one piece a node, each with a top of its own that the table does not describe.
static bool present(void *heap) {
  (void)heap;
  return vm_flag("UseParallelGC", false) && !vm_flag("UseNUMA", true);
}

static bool walk(void *heap, heap_visitor *visit, void *context) {
  (void)heap;
  void **young = vm_static("ParallelScavengeHeap", "_young_gen"), **old = vm_static("ParallelScavengeHeap", "_old_gen");
  int64_t bottom = vm_offset("MutableSpace", "_bottom"), top = vm_offset("MutableSpace", "_top"), end = vm_offset("MutableSpace", "_end");
  int64_t eden = vm_offset("PSYoungGen", "_eden_space"), from = vm_offset("PSYoungGen", "_from_space"),
          to = vm_offset("PSYoungGen", "_to_space"), object = vm_offset("PSOldGen", "_object_space");
  if (!young || !*young || !old || !*old || bottom < 0 || top < 0 || end < 0 || eden < 0 || from < 0 || to < 0 || object < 0) return false;
  const void *spaces[] = {vm_pointer(*young, eden), vm_pointer(*young, from), vm_pointer(*young, to), vm_pointer(*old, object)};
  for (int i = 0; i < 4; i++) {
    if (!spaces[i]) return false;
    visit((struct heap_space){(uintptr_t)vm_pointer(spaces[i], bottom), (uintptr_t)vm_pointer(spaces[i], top),
                              (uintptr_t)vm_pointer(spaces[i], end)},
          context);
  }
  return true;
}

const struct collector collector_parallel = {"Parallel", present, walk};
