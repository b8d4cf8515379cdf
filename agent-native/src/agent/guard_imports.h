// The import table of one loaded library: the slots through which it calls functions of others (and its own exported ones).
#pragma once
#include <link.h>
#include <stdbool.h>

struct guard_library {
  char *path;
  ElfW(Addr) base;
  const ElfW(Phdr) * headers;
  int header_count;
  void *handle; // holds the library loaded
};

// What shall take the place of `value` in the slot of `name`; `value` itself to leave it.
typedef void *guard_replacement(const char *name, void *value, void *context);

// Has `replace` look at each import whose name `wanted` takes, and writes what it returns into the slot.
void guard_imports_replace(const struct guard_library *library, bool (*wanted)(const char *name), guard_replacement *replace, void *context);
