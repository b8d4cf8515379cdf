// Signals that the deputy gets in the task's place.
#pragma once
#include <stdbool.h>

#include "record.h"

// How many are said without being over. Those after them stay with the kernel, as they would for a stopped process.
#define SIGNALS_SAID 64

// Blocks all, and opens the descriptor that they are read from. Returns that, or -1 with errno.
// in_image: "SIGNAL:COUNT,...", how many of those that wait already are in the task's image, too.
int signals_begin(const char *in_image);

// Whether there is room to read one more.
bool signals_room(void);

// Reads one that is waiting, and gives the record to say; NULL where there is none.
const struct record *signals_next(void);

// All up to this number were heard.
void signals_heard(uint64_t number);

// This one was, whether or not those before it were.
void signals_over(uint64_t number);

// The nth that is not over; NULL after the last one.
const struct record *signals_unheard(unsigned n);

unsigned signals_count(void);
uint64_t signals_last(void);
