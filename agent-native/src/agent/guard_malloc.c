#include "guard_malloc.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "guard_native.h"

// Returns the record to be cleared after the call, or NULL where this call does not count.
static inline struct guard_thread *come(const struct guard_function *function, const void **mark) {
  struct guard_thread *thread = guard_self ? guard_self : guard_thread_here();
  if (!thread) return NULL;
  void *frame = mark + 2;
  if (atomic_load_explicit(&thread->function, memory_order_relaxed) && !guard_native_left(thread, frame)) return NULL;
  *mark = function;
  atomic_store_explicit(&thread->frame, frame, memory_order_relaxed);
  atomic_store_explicit(&thread->function, function, memory_order_release);
  // Keeps the compiler's order; the processor's is membarrier's business.
  atomic_signal_fence(memory_order_seq_cst);
  if (atomic_load_explicit(&guard_native_gate.state, memory_order_relaxed)) guard_native_arrive(thread, function);
  return thread;
}

static inline void go(struct guard_thread *thread) {
  if (thread) atomic_store_explicit(&thread->function, NULL, memory_order_release);
}

enum member { MALLOC, CALLOC, REALLOC, REALLOCARRAY, FREE, ALIGNED_ALLOC, MEMALIGN, POSIX_MEMALIGN, VALLOC, PVALLOC, STRDUP, STRNDUP, MEMBERS };

static struct guard_function family[MEMBERS];

#define STAND_IN(result, member, name, parameters, arguments)            \
  static result guarded_##name parameters {                              \
    const void *mark[2];                                                 \
    struct guard_thread *thread = come(&family[member], mark);           \
    result value = ((result(*) parameters)family[member].target)arguments; \
    go(thread);                                                          \
    return value;                                                        \
  }

STAND_IN(void *, MALLOC, malloc, (size_t size), (size))
STAND_IN(void *, CALLOC, calloc, (size_t count, size_t size), (count, size))
STAND_IN(void *, REALLOC, realloc, (void *block, size_t size), (block, size))
STAND_IN(void *, REALLOCARRAY, reallocarray, (void *block, size_t count, size_t size), (block, count, size))
STAND_IN(void *, ALIGNED_ALLOC, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
STAND_IN(void *, MEMALIGN, memalign, (size_t alignment, size_t size), (alignment, size))
STAND_IN(int, POSIX_MEMALIGN, posix_memalign, (void **block, size_t alignment, size_t size), (block, alignment, size))
STAND_IN(void *, VALLOC, valloc, (size_t size), (size))
STAND_IN(void *, PVALLOC, pvalloc, (size_t size), (size))
STAND_IN(char *, STRDUP, strdup, (const char *text), (text))
STAND_IN(char *, STRNDUP, strndup, (const char *text, size_t size), (text, size))

static void guarded_free(void *block) {
  const void *mark[2];
  struct guard_thread *thread = come(&family[FREE], mark);
  ((void (*)(void *))family[FREE].target)(block);
  go(thread);
}

#define MEMBER(member, function) [member] = {.name = #function, .library = "the C library", .entry = (void *)guarded_##function}

static struct guard_function family[MEMBERS] = {
    MEMBER(MALLOC, malloc),         MEMBER(CALLOC, calloc),     MEMBER(REALLOC, realloc),   MEMBER(REALLOCARRAY, reallocarray),
    MEMBER(FREE, free),             MEMBER(VALLOC, valloc),     MEMBER(PVALLOC, pvalloc),   MEMBER(ALIGNED_ALLOC, aligned_alloc),
    MEMBER(MEMALIGN, memalign),     MEMBER(STRDUP, strdup),     MEMBER(STRNDUP, strndup),   MEMBER(POSIX_MEMALIGN, posix_memalign)};

void guard_malloc_prepare(void) {
  for (int i = 0; i < MEMBERS; i++) family[i].target = dlsym(RTLD_DEFAULT, family[i].name);
}

static struct guard_function *member(const char *name) {
  for (int i = 0; i < MEMBERS; i++)
    if (!strcmp(family[i].name, name)) return &family[i];
  return NULL;
}

bool guard_malloc_has(const char *name) { return member(name); }

void *guard_malloc_entry(const char *name, const void *target) {
  struct guard_function *function = member(name);
  return function && function->target == target ? function->entry : NULL;
}
