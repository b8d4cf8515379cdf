// Passes on what the daemon answers.
#pragma once
#include <stdbool.h>

// The exit status, or -1 where the daemon has gone before it said one.
int answer_relay(int fd, bool watched);
