#include "heap_spaces.h"
#include "vm_structs.h"

static bool present(void *heap) {
  (void)heap;
  return vm_flag("UseSerialGC", false);
}

// bottom and end moved from Space to ContiguousSpace in JDK 23.
static int64_t limit(const char *field) {
  int64_t offset = vm_offset("ContiguousSpace", field);
  return offset >= 0 ? offset : vm_offset("Space", field);
}

static int64_t generation(const char *field) {
  int64_t offset = vm_offset("SerialHeap", field);
  return offset >= 0 ? offset : vm_offset("GenCollectedHeap", field); // before JDK 22
}

static bool walk(void *heap, heap_visitor *visit, void *context) {
  int64_t young = generation("_young_gen"), old = generation("_old_gen");
  int64_t bottom = limit("_bottom"), top = vm_offset("ContiguousSpace", "_top"), end = limit("_end");
  int64_t eden = vm_offset("DefNewGeneration", "_eden_space"), from = vm_offset("DefNewGeneration", "_from_space"),
          to = vm_offset("DefNewGeneration", "_to_space"), tenured = vm_offset("TenuredGeneration", "_the_space");
  if (young < 0 || old < 0 || bottom < 0 || top < 0 || end < 0 || eden < 0 || from < 0 || to < 0 || tenured < 0) return false;
  const char *young_generation = vm_pointer(heap, young), *old_generation = vm_pointer(heap, old);
  if (!young_generation || !old_generation) return false;
  const void *spaces[] = {vm_pointer(young_generation, eden), vm_pointer(young_generation, from), vm_pointer(young_generation, to),
                          vm_pointer(old_generation, tenured)};
  for (int i = 0; i < 4; i++) {
    if (!spaces[i]) return false;
    visit((struct heap_space){(uintptr_t)vm_pointer(spaces[i], bottom), (uintptr_t)vm_pointer(spaces[i], top),
                              (uintptr_t)vm_pointer(spaces[i], end)},
          context);
  }
  return true;
}

const struct collector collector_serial = {"Serial", present, walk};
