// `run`: starts CRIU, and is the parent of what it restores, for as long as that lives. It depends on nobody: session,
// descriptors and signals are its own, so a node daemon may come and go.
//
// It says on stdout, a line each:
//   world PID      the first process of a clone's namespaces, as seen from outside
//   restored PID   the task is there and stands still: see gate.c
//   failed HOW     CRIU ended so, and nothing of the task is left
//   done PID       the task runs
// and closes stdout and stderr after the last one.
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate.h"
#include "inherit.h"
#include "say.h"

static void describe(int status, char *text, size_t size) {
  if (WIFSIGNALED(status))
    snprintf(text, size, "killed %d", WTERMSIG(status));
  else
    snprintf(text, size, "exited %d", WEXITSTATUS(status));
}

static void ignore_hangups(void (*handler)(int)) {
  signal(SIGHUP, handler);
  signal(SIGPIPE, handler);
  signal(SIGINT, handler);
  signal(SIGQUIT, handler);
}

static pid_t start(char **command) {
  pid_t child = fork();
  if (child) return child;
  ignore_hangups(SIG_DFL);
  // Our stdout is for our own lines, our stdin for the gate.
  int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  close(nothing);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  execv(command[0], command);
  _exit(say_errno("cannot run %s", command[0]));
}

// One of our children, or 0. /proc lists those of our only thread.
static pid_t any_child(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  FILE *children = fopen(path, "re");
  int child = 0;
  if (children) {
    if (fscanf(children, "%d", &child) != 1) child = 0;
    fclose(children);
  }
  return child;
}

// A CRIU that failed kills what it made, one that was killed leaves it. What such a process leaves becomes our child, as
// we are its subreaper, so we reach all of it, and nothing else.
static void kill_what_is_left(void) {
  for (pid_t child; (child = any_child());) {
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  }
}

static pid_t read_pid(const char *file) {
  FILE *in = fopen(file, "re");
  int pid = 0;
  if (in) {
    if (fscanf(in, "%d", &pid) != 1) pid = 0;
    fclose(in);
  }
  return pid;
}

static void write_status(const char *file, int status) {
  char fresh[4096], how[32];
  if (snprintf(fresh, sizeof fresh, "%s.new", file) >= (int)sizeof fresh) return;
  describe(status, how, sizeof how);
  FILE *out = fopen(fresh, "we");
  if (!out) return; // The node daemon's directory is gone: nobody wants to know.
  int good = fprintf(out, "%s\n", how) > 0;
  if (!fclose(out) && good) rename(fresh, file);
}

// Nothing may be held that belongs to somebody: no pipe of the daemon, no terminal, no directory.
static void let_go(void) {
  fflush(stdout);
  if (chdir("/")) say_errno("cannot go to /");
  int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  close_range(3, ~0u, 0);
  dup2(STDIN_FILENO, STDERR_FILENO);
  // Last: its end tells the daemon that we need nobody any more.
  dup2(STDIN_FILENO, STDOUT_FILENO);
}

static int attend(pid_t task, const char *status_file) {
  for (;;) {
    int status;
    pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0) return 0;
    if (ended != task || !(WIFEXITED(status) || WIFSIGNALED(status))) continue;
    write_status(status_file, status);
    // The task's own children go to init, as they would without us. In a clone we are init: our end would be theirs.
    if (getpid() != 1) return 0;
  }
}

int run(const struct run *order) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  ignore_hangups(SIG_IGN);
  if (order->guest.directory ? guest_enter(&order->guest) : world_enter(order->world, order->terminal)) return 1;
  for (int i = 0; i < order->there_count; i++)
    if (inherit_open(order->there[i])) return 1;
  world_skip_pids(order->last_pid);
  // Fails where we lead a session already: as well.
  setsid();
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) return say_errno("cannot become a subreaper");
  gate_announce();
  pid_t criu = start(order->command);
  if (criu < 0) return say_errno("cannot fork");
  int status;
  while (waitpid(criu, &status, 0) < 0)
    if (errno != EINTR) return say_errno("cannot wait for criu");
  pid_t task = status ? 0 : read_pid(order->pid_file);
  if (!task) {
    kill_what_is_left();
    char how[32];
    describe(status, how, sizeof how);
    printf("failed %s\n", how);
    return 1;
  }
  printf("done %d\n", (int)task);
  let_go();
  return attend(task, order->status_file);
}
