// CRIU runs its action script, which is this program, at each stage. At `post-restore` the task has its memory and its
// descriptors, and stands still; the network is still locked and the sockets are in repair mode. So it is the last
// moment at which a restore can be given up without a trace: what is killed now sends nothing to its peers.
//
// The gate says "restored PID" and waits for one byte: 'y' opens it, anything else, or the daemon's end, makes CRIU
// kill what it made and fail.
#include "gate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

#define GATE "SOJOURN_GATE"

void gate_announce(void) {
  char pid[16];
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  setenv(GATE, pid, 1);
}

// CRIU closes all descriptors of its scripts: open those of `run` anew.
static int descriptor_of(const char *pid, int fd, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%.16s/fd/%d", pid, fd);
  return open(path, flags | O_CLOEXEC);
}

int gate(const char *action) {
  const char *keeper = getenv(GATE), *task = getenv("CRTOOLS_INIT_PID");
  if (strcmp(action, "post-restore") || !keeper || !task) return 0;
  int out = descriptor_of(keeper, STDOUT_FILENO, O_WRONLY), in = descriptor_of(keeper, STDIN_FILENO, O_RDONLY);
  if (out < 0 || in < 0) return say_errno("cannot ask whether to go on");
  dprintf(out, "restored %s\n", task);
  close(out);
  char verdict = 0;
  return read(in, &verdict, 1) == 1 && verdict == 'y' ? 0 : 1;
}
