// An allocator of blocks whose books lie in a shared mapped file, as several processes would share them. Each operation
// changes the books in several steps under a lock that lies there too; who finds an operation begun and not ended, and its
// process gone, has to repair them. The layout is read by io.sojourn.scenario.Books.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LEDGER_BLOCKS 256

struct ledger_books {
  _Atomic uint32_t lock; // 1 while an operation is in progress
  uint32_t used;         // blocks
  uint64_t operations;
  uint64_t sum;                  // over all blocks: number * owner
  uint32_t owner[LEDGER_BLOCKS]; // 0: free
};

// Maps the file, which it makes as long as need be. False: it cannot.
bool ledger_open(const char *file);

// A block's number, or -1 when all are taken.
int ledger_alloc(uint32_t owner);
void ledger_free(int block);

// Half an allocation each, for a program that guards the whole.
void ledger_begin(void);
void ledger_end(int block, uint32_t owner);

// Stays inside until ledger_release().
void ledger_hold(void);
bool ledger_is_held(void);
void ledger_release(void);

// Whether the books agree with what this process remembers of them in its own memory.
bool ledger_agrees(void);
