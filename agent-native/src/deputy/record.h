// What a deputy and the node daemon say to each other: records of 64 bytes, little-endian, on a stream socket. The table is in
// docs/deputy.md; io.sojourn.home.deputy.Record mirrors the layout.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define RECORD_VERSION 2

enum kind {
  // The deputy says
  RECORD_HELLO = 1,  // value: RECORD_VERSION
  RECORD_SIGNAL = 2, // value: the signal
  RECORD_DONE = 3,   // value: 0 or an errno value; number: the order's; of a RECORD_TAKE: the descriptor

  // The daemon orders
  RECORD_ACKNOWLEDGE = 16, // number: the last signal that need not be said again
  RECORD_EXIT = 17,        // value: the status
  RECORD_DIE = 18,         // value: the signal
  RECORD_STOP = 19,        // value: the signal
  RECORD_CLOSE = 20,       // value: the descriptor
  RECORD_TAKE = 21,        // beside it comes a descriptor (SCM_RIGHTS), to be held for the task; value: its number and 1, or 0
  RECORD_PASS = 22         // value: the signal to send
};

// Was pending when the deputy began, and is in the task's image: it comes to the task by that.
#define SIGNAL_FROM_BEFORE 1u

struct hello {
  int32_t pid;
  uint32_t incarnation;
  uint32_t first_own; // its own descriptors have this number and the OWN_DESCRIPTORS - 1 after it
  uint32_t unsaid;    // signals that will be said again
  char task[32];
};

struct caught {
  int32_t sender_pid; // 0: the kernel
  uint32_t sender_uid;
  int32_t code; // si_code of sigaction(2)
  int32_t value; // si_int, of sigqueue(3)
  uint32_t flags;
};

struct pass {
  uint64_t over; // the signal that need not be said again when this is done; or 0
  int32_t to;    // the process that is sent one; or 0
};

struct record {
  uint32_t kind;
  uint32_t value;
  uint64_t number;
  union {
    struct hello hello;
    struct caught caught;
    struct pass pass;
    int32_t descriptor;
    char bytes[48];
  };
};

_Static_assert(sizeof(struct record) == 64, "mirrored in Record.java");
_Static_assert(offsetof(struct record, hello.task) == 32, "mirrored in Record.java");
_Static_assert(offsetof(struct record, caught.flags) == 32, "mirrored in Record.java");
_Static_assert(offsetof(struct record, pass.to) == 24, "mirrored in Record.java");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "written as it lies in memory");
