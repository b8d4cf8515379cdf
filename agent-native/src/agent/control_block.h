// The control block: one shared page range (a memfd named "sojourn-task") through which the node daemon and the agent talk.
// The daemon finds it in /proc/PID/fd and maps it; no descriptor to the daemon is ever held by the task, so there is nothing
// in the task that a checkpoint would have to leave out. The layout is mirrored by io.sojourn.engine.control.ControlBlock.
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_BLOCK_NAME "sojourn-task"
#define CONTROL_BLOCK_MAGIC "SOJOURN"
#define CONTROL_BLOCK_VERSION 1
#define CONTROL_BLOCK_SIZE 16384

enum command {
  COMMAND_NONE,
  COMMAND_STATUS,
  COMMAND_STOP,
  COMMAND_REFUSE // the daemon will not do what crac_request asks for; `text` says why; empty: it has done it
};

enum phase {
  PHASE_RUNNING,
  PHASE_GUARD,
  PHASE_CALLBACKS,
  PHASE_COLLECTING, // before the stop there may be a collection, or a wait for one
  PHASE_STOPPED,
  PHASE_RESUMING,
  PHASE_STOPPING // nothing but the safepoint itself is before the stop
};

enum gc_mode { GC_AUTO, GC_FULL, GC_NONE };

enum flag { FLAG_CRAC = 1 };

// Why a request ended; `text` says more.
enum result {
  RESULT_DONE,
  RESULT_GUARD_HELD,      // a guarded region was not left within the limit
  RESULT_CALLBACK_FAILED, // a CRaC resource refused; text is its stack trace
  RESULT_NO_SAFEPOINT,    // the VM did not reach the stop
  RESULT_TIMED_OUT,       // the daemon did not say `go` within the pause limit; the task runs on
  RESULT_FAILED
};

// Set by the daemon before `go`: what the pause was.
enum outcome { OUTCOME_NONE, OUTCOME_CHECKPOINTED, OUTCOME_RESTORED, OUTCOME_ABANDONED };

struct control_block {
  char magic[8];
  uint32_t version;
  uint32_t size;
  _Atomic uint32_t request; // futex: the daemon adds one for each request
  _Atomic uint32_t reply;   // the request that was answered last
  _Atomic uint32_t event;   // futex: the agent adds one with every change of phase and every reply
  _Atomic uint32_t phase;
  _Atomic uint32_t stop;    // number of the present stop
  _Atomic uint32_t go;      // futex: the daemon sets it to `stop` to let the VM run on
  _Atomic uint32_t outcome;
  uint32_t command;
  uint32_t gc_mode;
  uint32_t flags;
  uint32_t pause_limit_millis;
  uint32_t guard_limit_millis;
  uint32_t result;
  uint32_t incarnation;
  uint32_t threads;
  uint32_t collected;         // enum collect: at the end of which collection the last stop came
  uint64_t heap_used;         // bytes
  uint64_t heap_committed;    // bytes
  uint64_t trimmed;           // bytes of free heap given back at the last stop
  uint64_t busy_since_nanos;  // CLOCK_MONOTONIC at which the VM was asked to stop
  uint64_t stopped_nanos;     // CLOCK_MONOTONIC at which it stood still
  uint64_t resumed_nanos;     // CLOCK_MONOTONIC at which it ran on
  uint64_t started_millis;    // wall clock at which the agent started
  uint32_t pid;               // as seen from inside
  uint32_t uid;
  char id[32];
  char name[128];
  char main_class[256];
  char run_dir[256];
  char jvm[128];
  char collector[32];
  char options[512];
  char crac_request[32]; // what the program itself asks for: "freeze", "checkpoint"
  char text[4096];
  // A copy of this process's memory, made while everything else in it is held: see snapshot.h.
  uint32_t holder;                // the thread that waits for `go` and serves this; 0: none
  uint32_t keeper;                // the daemon
  _Atomic uint32_t kept;          // number of the stop that is over at once when the keeper has ended
  _Atomic uint32_t snapshot;      // futex: number of the stop whose memory is wanted; a copy ends when it is another
  _Atomic uint32_t snapshot_made; // futex: number of the stop for which there is an answer
  _Atomic int32_t snapshot_pid;   // the copy; 0: there is none
};

_Static_assert(offsetof(struct control_block, request) == 16, "mirrored in ControlBlock.java");
_Static_assert(offsetof(struct control_block, heap_used) == 80, "mirrored in ControlBlock.java");
_Static_assert(offsetof(struct control_block, pid) == 136, "mirrored in ControlBlock.java");
_Static_assert(offsetof(struct control_block, id) == 144, "mirrored in ControlBlock.java");
_Static_assert(offsetof(struct control_block, holder) == 5616, "mirrored in ControlBlock.java");
_Static_assert(sizeof(struct control_block) <= CONTROL_BLOCK_SIZE, "fits");

// The block of this process; NULL before control_block_create() succeeded.
extern struct control_block *control;

// Makes the memfd and maps it. Returns 0, or an errno value.
int control_block_create(void);

// Publishes a new phase and wakes the daemon.
void control_phase(enum phase phase);

// Answers the present request and wakes the daemon.
void control_reply(enum result result);

// Sets the explanation of the next reply; printf-like, cut at the field's size.
void control_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
