// Gives free heap pages back. Two passes: the first reads every space and acts on nothing; only when all of them passed the
// checks does the second call madvise. MADV_DONTNEED on private anonymous memory makes the pages absent and reads as zeros;
// the VM makes no assumption about what lies above top. Runs in the VM thread inside a safepoint: no malloc here. The mappings are
// read before it, a third of a millisecond that the program need not stand still for: what the heap reserves is its own for good,
// and what of it was given back since lies in no memory that madvise could change.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap_spaces.h"

#define MAX_AREAS 4096

struct area {
  uintptr_t start, end;
};

// The private, anonymous, writable mappings of this process: the only ones that may be given back.
static struct area areas[MAX_AREAS];
static size_t area_count;

static void note_area(const char *line) {
  unsigned long start, end, offset, inode;
  char mode[8], device[16];
  if (sscanf(line, "%lx-%lx %7s %lx %15s %lu", &start, &end, mode, &offset, device, &inode) != 6) return;
  if (inode || mode[1] != 'w' || mode[3] != 'p' || area_count == MAX_AREAS) return;
  if (area_count && areas[area_count - 1].end == start)
    areas[area_count - 1].end = end;
  else
    areas[area_count++] = (struct area){start, end};
}

bool heap_trim_prepare(void) {
  static char buffer[65536];
  area_count = 0;
  int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  size_t held = 0;
  ssize_t count;
  while ((count = read(fd, buffer + held, sizeof buffer - 1 - held)) > 0) {
    held += (size_t)count;
    buffer[held] = 0;
    char *line = buffer;
    for (char *newline; (newline = strchr(line, '\n')); line = newline + 1) {
      *newline = 0;
      note_area(line);
    }
    held = (size_t)(buffer + held - line);
    memmove(buffer, line, held);
  }
  close(fd);
  if (count || area_count == MAX_AREAS) area_count = 0;
  return area_count > 0;
}

static void count_space(struct heap_space space, void *context) {
  (void)space;
  ++*(size_t *)context;
}

static size_t give_back(uintptr_t start, uintptr_t end) {
  size_t freed = 0;
  for (size_t i = 0; i < area_count; i++) {
    uintptr_t from = start > areas[i].start ? start : areas[i].start, to = end < areas[i].end ? end : areas[i].end;
    // SAFETY: [from, to) is free heap of a collector at a safepoint, in private anonymous memory, on page boundaries.
    if (from < to && !madvise((void *)from, to - from, MADV_DONTNEED)) freed += to - from;
  }
  return freed;
}

// Neighbouring free spaces (whole G1 regions, most of the time) become one call.
struct run {
  uintptr_t start, end, page;
  size_t freed;
};

static void trim_space(struct heap_space space, void *context) {
  struct run *run = context;
  uintptr_t start = (space.top + run->page - 1) & ~(run->page - 1), end = space.end & ~(run->page - 1);
  if (start >= end) return;
  if (start == run->end) {
    run->end = end;
    return;
  }
  if (run->start < run->end) run->freed += give_back(run->start, run->end);
  run->start = start;
  run->end = end;
}

size_t heap_trim(void) {
  size_t spaces = 0;
  if (!area_count || !heap_walk(count_space, &spaces) || !spaces) return 0;
  struct run run = {.page = (uintptr_t)sysconf(_SC_PAGESIZE)};
  heap_walk(trim_space, &run);
  if (run.start < run.end) run.freed += give_back(run.start, run.end);
  return run.freed;
}
