#include "orders.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "mask.h"
#include "own.h"

static bool stops(int number) {
  return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static bool harmless(int number) {
  return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
}

// Lets one signal do what it does by default, and sends it to us.
static void suffer(int number) {
  signal(number, SIG_DFL);
  kill(getpid(), number);
  mask_block(~mask_of(number));
  mask_block(MASK_ALL);
}

int order_die(uint32_t number) {
  if (number < 1 || number > LAST_SIGNAL || stops((int)number) || harmless((int)number)) return EINVAL;
  // A limit of no bytes does not keep a core dump from those who pipe it into a program: see core(5).
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  suffer((int)number);
  _exit(128 + (int)number);
}

int order_stop(uint32_t number) {
  if (number > LAST_SIGNAL || !stops((int)number)) return EINVAL;
  suffer((int)number);
  // Who was stopped was continued by a SIGCONT, which waits to be read.
  return mask_pending() & mask_of(SIGCONT) ? 0 : EAGAIN;
}

int order_pass(uint32_t number, int32_t to) {
  if (number > LAST_SIGNAL || to < 0 || to == 1) return EINVAL;
  return to && kill(to, (int)number) ? errno : 0;
}

int order_close(uint32_t descriptor) {
  if (descriptor >= (uint32_t)own(0) && descriptor < (uint32_t)own(OWN_DESCRIPTORS)) return EBADF;
  return close((int)descriptor) ? errno : 0;
}
