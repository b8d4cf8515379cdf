// What the daemon wants of a dump, and where the task's control block is.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "../agent/control_block.h"

struct request {
  pid_t task;
  struct control_block *control; // the task's, mapped
  const char *record;            // file to which the ranges go that are left to the copy
};

// Reads SOJOURN_SNAPSHOT=PID:DESCRIPTOR:RECORD. False where nothing is wanted.
bool request_read(struct request *request);
