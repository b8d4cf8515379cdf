#include "guard_libraries.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guard_imports.h"
#include "guard_malloc.h"
#include "guard_native.h"

#define WANTED 64

extern const char guard_entries[]; // guard_trampoline_x86_64.S

extern void migrate_guard_enter(void);
extern void migrate_guard_leave(void);

struct wanted {
  char *library, *function;
  bool loaded; // its library was seen
  bool found;  // a slot that leads to it was seen
};

static struct wanted wanted[WANTED];
static int wanted_count;
static bool malloc_wanted;
static int function_count; // of guard_functions

static char jdk[PATH_MAX]; // with a slash at its end
static char jvm[PATH_MAX];
static void *(*real_dlopen)(const char *, int);

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// "libfoo.so" is libfoo.so, libfoo.so.1 and libfoo.so.1.2.
static bool has_name(const char *path, const char *library) {
  const char *base = base_name(path);
  size_t length = strlen(library);
  return !strncmp(base, library, length) && (!base[length] || base[length] == '.');
}

// The C library and what belongs to it, the JDK's own libraries, and we: their calls stay as they are.
static bool is_left_alone(const char *path) {
  static const char *const runtime[] = {"ld-linux-x86-64.so", "libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libresolv.so", "libutil.so", "libgcc_s.so"};
  for (size_t i = 0; i < sizeof runtime / sizeof *runtime; i++)
    if (has_name(path, runtime[i])) return true;
  Dl_info self;
  if (dladdr((void *)is_left_alone, &self) && !strcmp(path, self.dli_fname)) return true;
  char real[PATH_MAX];
  return *jdk && realpath(path, real) && !strncmp(real, jdk, strlen(jdk));
}

static void *entry(const char *name, void *target, const char *library) {
  void *entry = guard_malloc_entry(name, target);
  if (entry) return entry;
  int n = 0;
  while (n < function_count && guard_functions[n].target != target) n++;
  if (n == GUARD_FUNCTIONS) return target;
  if (n == function_count) {
    guard_functions[n] = (struct guard_function){.target = target, .name = strdup(name), .library = strdup(library)};
    function_count++;
  }
  return (void *)(guard_entries + 16 * n);
}

static bool is_wanted(const char *name) {
  if (malloc_wanted && guard_malloc_has(name)) return true;
  for (int i = 0; i < wanted_count; i++)
    if (!strcmp(wanted[i].function, name)) return true;
  return false;
}

static void *guarded(const char *name, void *value, void *unused) {
  (void)unused;
  Dl_info info;
  if (!value || !dladdr(value, &info) || !info.dli_fname) return value;
  const char *library = base_name(info.dli_fname);
  Dl_info self;
  // What leads to us was replaced before.
  if (dladdr((void *)guarded, &self) && self.dli_fbase == info.dli_fbase) return value;
  bool take = malloc_wanted && guard_malloc_has(name);
  for (int i = 0; i < wanted_count; i++)
    if (!strcmp(wanted[i].function, name) && has_name(library, wanted[i].library)) take = wanted[i].found = true;
  return take ? entry(name, value, library) : value;
}

struct libraries {
  struct guard_library *all;
  size_t count;
};

// Under the loader's lock: only takes notes.
static int note(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  struct libraries *libraries = context;
  if (!info->dlpi_name || !*info->dlpi_name) return 0; // the program itself
  struct guard_library *all = realloc(libraries->all, (libraries->count + 1) * sizeof *all);
  char *path = strdup(info->dlpi_name);
  if (all) libraries->all = all;
  if (all && path)
    all[libraries->count++] = (struct guard_library){.path = path, .base = info->dlpi_addr, .headers = info->dlpi_phdr, .header_count = info->dlpi_phnum};
  else
    free(path);
  return 0;
}

// Calls `look` for each library, held loaded meanwhile.
static void each_library(void (*look)(const struct guard_library *)) {
  struct libraries libraries = {0};
  dl_iterate_phdr(note, &libraries);
  for (size_t i = 0; i < libraries.count; i++) {
    struct guard_library *library = &libraries.all[i];
    library->handle = dlopen(library->path, RTLD_LAZY | RTLD_NOLOAD);
    // NULL: the kernel's own (linux-vdso), or unloaded since.
    if (library->handle) {
      struct link_map *map;
      if (!dlinfo(library->handle, RTLD_DI_LINKMAP, &map) && map->l_addr == library->base) look(library);
      dlclose(library->handle);
    }
    free(library->path);
  }
  free(libraries.all);
}

static void guard_library(const struct guard_library *library) {
  for (int i = 0; i < wanted_count; i++)
    if (has_name(library->path, wanted[i].library)) wanted[i].loaded = true;
  if (!is_left_alone(library->path)) guard_imports_replace(library, is_wanted, guarded, NULL);
}

// One thread looks through the libraries; one that comes meanwhile has it do so once more. No lock: the VM may call dlopen
// under locks of the loader's that we need ourselves.
static _Atomic unsigned asked;

static void look_through(void) {
  if (atomic_fetch_add(&asked, 1)) return;
  unsigned seen;
  do {
    seen = atomic_load(&asked);
    each_library(guard_library);
  } while (!atomic_compare_exchange_strong(&asked, &seen, 0));
}

static void *dlopen_and_guard(const char *path, int mode) {
  void *handle = real_dlopen(path, mode);
  int error = errno;
  if (handle) look_through();
  errno = error;
  return handle;
}

static bool is_dlopen(const char *name) { return !strcmp(name, "dlopen"); }

static void *hook(const char *name, void *value, void *unused) {
  (void)name, (void)unused;
  if (value == (void *)dlopen_and_guard) return value;
  real_dlopen = (void *(*)(const char *, int))value;
  return (void *)dlopen_and_guard;
}

static void hook_jvm(const struct guard_library *library) {
  char real[PATH_MAX];
  if (realpath(library->path, real) && !strcmp(real, jvm)) guard_imports_replace(library, is_dlopen, hook, NULL);
}

static bool is_declared(const char *name) { return !strncmp(name, "migrate_guard_", strlen("migrate_guard_")); }

static void *declared(const char *name, void *value, void *unused) {
  (void)unused;
  if (value) return value;
  if (!strcmp(name, "migrate_guard_enter")) return (void *)migrate_guard_enter;
  return strcmp(name, "migrate_guard_leave") ? NULL : (void *)migrate_guard_leave;
}

static void declare(const struct guard_library *library) { guard_imports_replace(library, is_declared, declared, NULL); }

void guard_libraries_declare(void) { each_library(declare); }

void guard_libraries_want_malloc(void) {
  guard_malloc_prepare();
  malloc_wanted = true;
}

void guard_libraries_want(const char *library, const char *function) {
  guard_malloc_prepare();
  if (wanted_count < WANTED) wanted[wanted_count++] = (struct wanted){.library = strdup(library), .function = strdup(function)};
}

void guard_libraries_start(JavaVM *vm) {
  Dl_info info;
  // .../lib/server/libjvm.so
  if (dladdr((void *)(*vm)->DestroyJavaVM, &info) && realpath(info.dli_fname, jvm)) {
    strcpy(jdk, jvm);
    for (int i = 0; i < 3; i++) {
      char *slash = strrchr(jdk, '/');
      if (slash) *slash = 0;
    }
    strcat(jdk, "/");
  }
  each_library(hook_jvm);
  look_through();
}

bool guard_libraries_ready(char *why, size_t size) {
  if (!malloc_wanted && !wanted_count) return true;
  look_through();
  while (atomic_load(&asked)) nanosleep(&(struct timespec){0, 1000000}, NULL);
  for (int i = 0; i < wanted_count; i++)
    if (wanted[i].loaded && !wanted[i].found) {
      snprintf(why, size, "guard=native names %s of %s, but no loaded library calls it through its import table, so it cannot be guarded: name a function that one calls, or declare regions instead",
               wanted[i].function, wanted[i].library);
      return false;
    }
  return true;
}
