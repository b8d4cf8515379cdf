#include "fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../shim/say.h"
#include "rendezvous.h"

static pid_t fork_as(pid_t wanted) {
  pid_t number = wanted;
  struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = wanted ? (uintptr_t)&number : 0, .set_tid_size = wanted ? 1 : 0};
  // SAFETY: without CLONE_VM it is fork(2); the child calls nothing that a fork in a single-threaded process may not.
  pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
  return child < 0 && errno == EEXIST ? fork_as(0) : child;
}

static void be_deputy(const struct fresh *order, int socket, int told) {
  // Nobody must be able to kill us between this and our own blocking of them.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid();
  int nothing = open("/dev/null", O_RDWR);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) dup2(nothing, fd);
  if (nothing > STDERR_FILENO) close(nothing);
  char number[16];
  snprintf(number, sizeof number, "%d", socket);
  char *const argv[] = {"ckpt-deputy", number, (char *)(uintptr_t)order->task, (char *)(uintptr_t)order->incarnation, NULL};
  char *const no_environment[] = {NULL};
  int program = open(order->program, O_RDONLY | O_CLOEXEC);
  if (program >= 0 && !chdir("/") && !fcntl(socket, F_SETFD, 0) && !setgroups(order->group_count, order->groups) &&
      !setresgid(order->gid, order->gid, order->gid) && !setresuid(order->uid, order->uid, order->uid))
    // Its path may lead through directories that are closed to the task's user.
    fexecve(program, argv, no_environment);
  int error = errno;
  if (write(told, &error, sizeof error) < 0) _exit(2);
  _exit(1);
}

int fresh(const struct fresh *order) {
  int socket = rendezvous_open(order->socket);
  if (socket < 0) return 1;
  int told[2];
  if (pipe2(told, O_CLOEXEC)) return say_errno("pipe");
  pid_t child = fork_as(order->pid);
  if (!child) be_deputy(order, socket, told[1]);
  int error = errno;
  close(told[1]);
  // The pipe's end closes when the new program is there.
  if (child > 0 && read(told[0], &error, sizeof error) <= 0) {
    printf("deputy %d\n", (int)child);
    return 0;
  }
  unlink(order->socket);
  errno = error;
  return say_errno("cannot start %s", order->program);
}
