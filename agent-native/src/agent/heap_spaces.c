#include "heap_spaces.h"

#include "vm_structs.h"

static const struct collector *const collectors[] = {&collector_g1, &collector_serial, &collector_parallel, &collector_shenandoah};
static const struct collector *chosen;

static void *the_heap(void) {
  void **address = vm_static("Universe", "_collectedHeap");
  return address ? *address : NULL;
}

// Every VM describes all collectors that it was built with; which one runs, only a flag says.
const char *heap_collector(void) {
  if (!chosen && the_heap())
    for (size_t i = 0; i < sizeof collectors / sizeof *collectors; i++)
      if (collectors[i]->present(the_heap())) chosen = collectors[i];
  if (chosen) return chosen->name;
  return vm_flag("UseZGC", false) ? "Z" : vm_flag("UseEpsilonGC", false) ? "Epsilon" : "unknown";
}

struct checked {
  uintptr_t low, high;
  heap_visitor *visit;
  void *context;
  bool sound;
};

static void check(struct heap_space space, void *context) {
  struct checked *checked = context;
  bool sound = checked->low <= space.bottom && space.bottom <= space.top && space.top <= space.end && space.end <= checked->high &&
               !((space.bottom | space.top | space.end) & 7);
  if (!sound)
    checked->sound = false;
  else
    checked->visit(space, checked->context);
}

bool heap_walk(heap_visitor *visit, void *context) {
  heap_collector();
  int64_t reserved = vm_offset("CollectedHeap", "_reserved"), start = vm_offset("MemRegion", "_start"),
          words = vm_offset("MemRegion", "_word_size");
  if (!chosen || reserved < 0 || start < 0 || words < 0) return false;
  const char *region = (const char *)the_heap() + reserved;
  struct checked checked = {.low = (uintptr_t)vm_pointer(region, start), .visit = visit, .context = context, .sound = true};
  checked.high = checked.low + vm_size(region, words) * sizeof(void *);
  return checked.low && chosen->walk(the_heap(), check, &checked) && checked.sound;
}
