// What the daemon must know to do the work of this process.
#pragma once
#include <stdbool.h>

struct request {
  char *const *words;
  const char *directory;
  const char *charset;
  bool watched; // output and errors are terminals: progress is shown
};

// Sends all of it. False where the daemon has gone.
bool request_send(int fd, const struct request *request);

// The width of the terminal has changed, perhaps.
bool request_window(int fd);
