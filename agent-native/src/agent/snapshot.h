// A copy of this process that stands still and holds its memory as of one instant, so that it can be stored while the process runs
// on: a fork(2), which shares all pages until one of both writes. It is no child of this process, has no descriptors, never returns to
// what its original did, and ends with the daemon at the latest.
#pragma once
#include <stdint.h>

// From here on this thread serves requests for one: called with all Java threads stopped.
void snapshot_serve_begin(void);

// Makes one, where the daemon has asked for that of this stop.
void snapshot_if_asked(uint32_t stop);

void snapshot_serve_end(void);
