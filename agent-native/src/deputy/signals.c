// While nobody listens, or too many are not over, signals are left where they are: pending, in the kernel. So they queue, merge and
// cancel each other (SIGCONT takes back SIGTSTP) just as for a process that is stopped, within the kernel's own limit
// (RLIMIT_SIGPENDING), and nothing has to be counted as lost.
#include "signals.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mask.h"
#include "own.h"

static struct record said[SIGNALS_SAID];
// Those up to "heard" need not be said again, nor those after it that are over.
static uint64_t last, heard;
static bool over[SIGNALS_SAID];
// How many of each the task has in its image. They were pending first, and so are read first.
static unsigned long in_image[LAST_SIGNAL + 1];

static void end_alarms(void) {
  // The one sort of timer that an execve leaves running. The task has its own, in the image.
  const struct itimerval none = {0};
  setitimer(ITIMER_REAL, &none, NULL);
  setitimer(ITIMER_VIRTUAL, &none, NULL);
  setitimer(ITIMER_PROF, &none, NULL);
}

// What is left of the task's child processes is nobody's to collect but ours.
static void leave_no_zombies(void) {
  const struct sigaction none = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
  sigaction(SIGCHLD, &none, NULL);
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

static void never(int signal) {
  (void)signal;
}

// The JDK's tools send SIGQUIT only to who has a handler for it: it is blocked, and never runs here, but is seen.
static void seem_to_catch_quit(void) {
  const struct sigaction seen = {.sa_handler = never};
  sigaction(SIGQUIT, &seen, NULL);
}

static void read_counts(const char *text, mask pending) {
  for (char *end; *text; text = *end ? end + 1 : end) {
    unsigned long number = strtoul(text, &end, 10);
    if (*end != ':' || number < 1 || number > LAST_SIGNAL) return;
    unsigned long count = strtoul(end + 1, &end, 10);
    // What the process has taken meanwhile is not to be confused with what comes later.
    if (pending & mask_of((int)number)) in_image[number] = count;
  }
}

int signals_begin(const char *counts) {
  // A blocked signal is kept even where it is ignored, so those that the task ignores arrive as well: it decides.
  mask_block(MASK_ALL);
  end_alarms();
  leave_no_zombies();
  seem_to_catch_quit();
  // Of the stop in which the task turned into us.
  const struct timespec now = {0};
  const mask go_on = mask_of(SIGCONT), all = MASK_ALL;
  // SAFETY: both masks outlive the calls.
  syscall(SYS_rt_sigtimedwait, &go_on, NULL, &now, sizeof go_on);
  read_counts(counts, mask_pending());
  int fd = (int)syscall(SYS_signalfd4, -1, &all, sizeof all, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -1 : own_place(OWN_SIGNALS, fd);
}

bool signals_room(void) {
  return last - heard < SIGNALS_SAID;
}

static bool of_a_child(const struct signalfd_siginfo *info) {
  return info->ssi_signo == SIGCHLD && info->ssi_code > 0;
}

// Of a timer of the process: the task has it in its image, where it goes on. We have none.
static bool of_its_timer(const struct signalfd_siginfo *info) {
  int number = (int)info->ssi_signo;
  return info->ssi_code == SI_KERNEL && (number == SIGALRM || number == SIGVTALRM || number == SIGPROF);
}

static bool task_has(const struct signalfd_siginfo *info) {
  if (!in_image[info->ssi_signo]) return of_its_timer(info);
  in_image[info->ssi_signo]--;
  return true;
}

const struct record *signals_next(void) {
  struct signalfd_siginfo info;
  bool known;
  do {
    if (read(own(OWN_SIGNALS), &info, sizeof info) != sizeof info) return NULL;
    known = task_has(&info);
  } while (of_a_child(&info));
  struct record *record = &said[++last % SIGNALS_SAID];
  over[last % SIGNALS_SAID] = false;
  *record = (struct record){
      .kind = RECORD_SIGNAL,
      .value = info.ssi_signo,
      .number = last,
      .caught = {.sender_pid = (int32_t)info.ssi_pid,
                 .sender_uid = info.ssi_uid,
                 .code = info.ssi_code,
                 .value = info.ssi_int,
                 .flags = known ? SIGNAL_FROM_BEFORE : 0},
  };
  return record;
}

void signals_heard(uint64_t number) {
  if (number > heard && number <= last) heard = number;
  while (heard < last && over[(heard + 1) % SIGNALS_SAID]) heard++;
}

void signals_over(uint64_t number) {
  if (number <= heard || number > last) return;
  over[number % SIGNALS_SAID] = true;
  signals_heard(heard);
}

const struct record *signals_unheard(unsigned n) {
  for (uint64_t number = heard + 1; number <= last; number++)
    if (!over[number % SIGNALS_SAID] && n-- == 0) return &said[number % SIGNALS_SAID];
  return NULL;
}

unsigned signals_count(void) {
  unsigned count = 0;
  while (signals_unheard(count)) count++;
  return count;
}

uint64_t signals_last(void) {
  return last;
}
