#include "control_block.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "futex.h"

struct control_block *control;

int control_block_create(void) {
  int fd = memfd_create(CONTROL_BLOCK_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return errno;
  void *block = MAP_FAILED;
  if (!ftruncate(fd, CONTROL_BLOCK_SIZE)) block = mmap(NULL, CONTROL_BLOCK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (block == MAP_FAILED) {
    int error = errno;
    close(fd);
    return error;
  }
  // The daemon maps only what cannot shrink under it: it would die of SIGBUS.
  fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  // The descriptor stays open for good: it is how the daemon finds the task.
  control = block;
  control->version = CONTROL_BLOCK_VERSION;
  control->size = CONTROL_BLOCK_SIZE;
  control->pid = (uint32_t)getpid();
  control->uid = (uint32_t)getuid();
  return 0;
}

static void announce(void) {
  atomic_fetch_add(&control->event, 1);
  futex_wake(&control->event);
}

void control_phase(enum phase phase) {
  atomic_store(&control->phase, phase);
  announce();
}

void control_reply(enum result result) {
  control->result = result;
  atomic_store(&control->phase, PHASE_RUNNING);
  atomic_store(&control->reply, atomic_load(&control->request));
  announce();
}

void control_text(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(control->text, sizeof control->text, format, arguments);
  va_end(arguments);
}
