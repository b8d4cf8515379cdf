// holding KIND COMMAND...: runs a command with a descriptor that no checkpoint can hold.
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

// A connection whose other end is held by a process that is no part of the task.
static int unix_connection(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) err(3, "socketpair");
  pid_t child = fork();
  if (!child) {
    close(pair[1]);
    return pair[0];
  }
  close(pair[0]);
  waitpid(child, NULL, 0);
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *kind = argv[1];
  char parameters[256] = {0};
  int fd = -1;
  if (!strcmp(kind, "io_uring")) fd = (int)syscall(SYS_io_uring_setup, 4, parameters);
  if (!strcmp(kind, "userfaultfd")) fd = (int)syscall(SYS_userfaultfd, O_NONBLOCK);
  if (!strcmp(kind, "mptcp")) fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
  if (!strcmp(kind, "unix")) fd = unix_connection();
  if (*kind == '/') fd = open(kind, O_RDWR);
  // What this kernel does not offer cannot be held.
  if (fd < 0) err(77, "%s", kind);
  if (fcntl(fd, F_SETFD, 0)) err(3, "fcntl");
  execvp(argv[2], argv + 2);
  err(3, "%s", argv[2]);
}
