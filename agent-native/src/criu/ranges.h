// The mappings whose pages are left to a copy of the task.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ranges {
  pid_t copy;
  int pagemap; // of the copy
  int record;
  unsigned count;
  struct range {
    uint64_t start, end;
  } *all;
};

// Reads the copy's large private anonymous mappings, but for the one that `apart` lies in. False where there are none.
bool ranges_read(struct ranges *ranges, pid_t copy, uint64_t apart, const char *record);

bool ranges_cover(const struct ranges *ranges, uint64_t start, uint64_t end);

// Writes down that a part of one was left out. False where it cannot be.
bool ranges_note(const struct ranges *ranges, uint64_t start, uint64_t end);
