// The spaces of the Java heap, as the collector sees them: objects lie in [bottom, top), [top, end) is free.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_space {
  uintptr_t bottom, top, end;
};

typedef void heap_visitor(struct heap_space space, void *context);

// One collector's way to walk its spaces. `walk` returns false when the tables do not say what was expected.
struct collector {
  const char *name;
  bool (*present)(void *heap);
  bool (*walk)(void *heap, heap_visitor *visit, void *context);
};

extern const struct collector collector_g1, collector_serial, collector_parallel, collector_shenandoah;

// Finds the collector of this VM; its name, or "unknown". Safe at any time after the VM has started.
const char *heap_collector(void);

// Visits all spaces. Only inside a safepoint. Returns false, after having visited perhaps some, where the collector or its
// layout is not known.
bool heap_walk(heap_visitor *visit, void *context);

// Reads which memory of this process may be given back. Before the safepoint, by the thread that asks for it.
bool heap_trim_prepare(void);

// Gives the free part of every space back to the kernel. Only inside a safepoint, after heap_trim_prepare(). Returns the bytes given back; 0 where the
// heap could not be read or did not pass the checks.
size_t heap_trim(void);
