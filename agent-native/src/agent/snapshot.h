// A copy of this process that stands still and holds its memory as of one instant, so that it can be stored while the process runs
// on: a fork(2), which shares all pages until one of both writes. It is no child of this process, has none of its descriptors, is in
// no group that signals go to, and never returns to what its original did. It ends when it is wanted no more, and when the daemon ends.
#pragma once
#include <signal.h>
#include <stdint.h>

// From here on this thread serves requests for one at this stop, where the daemon may want one: called with all Java threads stopped.
// Signals are for other threads meanwhile; `before` is what is blocked otherwise.
void snapshot_serve_begin(uint32_t stop, sigset_t *before);

// Makes one, where the daemon wants that of this stop.
void snapshot_if_asked(uint32_t stop);

void snapshot_serve_end(const sigset_t *before);
