#include "ledger.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

static struct ledger_books *books;
// What the books should say, in memory that goes into the image.
static uint32_t remembered[LEDGER_BLOCKS];
static uint32_t remembered_used;

bool ledger_open(const char *file) {
  int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof *books)) return false;
  void *map = mmap(NULL, sizeof *books, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  books = map == MAP_FAILED ? NULL : map;
  return books;
}

// The steps of an operation are apart, as in allocators that search and split.
static void dawdle(void) {
  for (volatile int i = 0; i < 500; i++) {
  }
}

void ledger_begin(void) {
  uint32_t free = 0;
  while (!atomic_compare_exchange_weak(&books->lock, &free, 1)) {
    free = 0;
    sched_yield();
  }
  books->operations++;
}

static void set_owner(int block, uint32_t owner) {
  uint32_t before = books->owner[block];
  books->owner[block] = owner;
  dawdle();
  books->sum += (uint64_t)block * owner - (uint64_t)block * before;
  remembered[block] = owner;
  dawdle();
  books->used += (owner != 0) - (before != 0);
  remembered_used += (owner != 0) - (before != 0);
}

void ledger_end(int block, uint32_t owner) {
  if (block >= 0) set_owner(block, owner);
  atomic_store(&books->lock, 0);
}

int ledger_alloc(uint32_t owner) {
  ledger_begin();
  int block = 0;
  while (block < LEDGER_BLOCKS && books->owner[block]) block++;
  if (block == LEDGER_BLOCKS) block = -1;
  ledger_end(block, owner);
  return block;
}

void ledger_free(int block) {
  ledger_begin();
  ledger_end(block, 0);
}

static _Atomic bool inside, released;

void ledger_hold(void) {
  inside = true;
  while (!released) usleep(1000);
}

bool ledger_is_held(void) { return inside; }

void ledger_release(void) { released = true; }

bool ledger_agrees(void) {
  ledger_begin();
  bool agrees = books->used == remembered_used;
  for (int i = 0; i < LEDGER_BLOCKS; i++) agrees &= books->owner[i] == remembered[i];
  ledger_end(-1, 0);
  return agrees;
}
