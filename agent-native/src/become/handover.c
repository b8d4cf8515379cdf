// pidfd_getfd(2) takes descriptors out of a process, and there is no call that puts one in. So the process makes a pair of sockets,
// we take one of the two, and what we send there it receives.
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PIDFD_THREAD // Linux 6.9; needed only where the first thread has ended
#define PIDFD_THREAD O_EXCL
#endif

// What recvmsg is given, in the memory of the process.
struct inbox {
  int pair[2];
  struct msghdr message;
  struct iovec data;
  char byte;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

static int send_to(int socket, int descriptor) {
  char byte = 0;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

static int send_through(const struct tracee *tracee, int theirs, int descriptor) {
  // SAFETY: numbers only; glibc before 2.36 has no wrappers.
  int process = (int)syscall(SYS_pidfd_open, tracee->actor, tracee->actor == tracee->pid ? 0 : PIDFD_THREAD);
  if (process < 0) return -errno;
  int socket = (int)syscall(SYS_pidfd_getfd, process, theirs, 0);
  int sent = socket < 0 ? -errno : send_to(socket, descriptor);
  close(process);
  if (socket >= 0) close(socket);
  return sent;
}

static int receive(struct tracee *tracee, uintptr_t at, int from) {
  struct inbox inbox = {
      .message = {.msg_iov = (struct iovec *)(at + offsetof(struct inbox, data)),
                  .msg_iovlen = 1,
                  .msg_control = (void *)(at + offsetof(struct inbox, control)),
                  .msg_controllen = sizeof inbox.control},
      .data = {(void *)(at + offsetof(struct inbox, byte)), 1},
  };
  if (tracee_write(tracee, at, &inbox, sizeof inbox)) return -errno;
  long got = tracee_call(tracee, SYS_recvmsg, (uint64_t)from, at + offsetof(struct inbox, message), MSG_DONTWAIT, 0, 0, 0);
  if (got < 0) return (int)got;
  if (tracee_read(tracee, at, &inbox, sizeof inbox)) return -errno;
  // The kernel leaves the descriptor out where the process may open no more.
  if (inbox.message.msg_controllen < CMSG_LEN(sizeof(int))) return -EMFILE;
  int number;
  memcpy(&number, CMSG_DATA((struct cmsghdr *)inbox.control), sizeof number);
  return number;
}

int handover(struct tracee *tracee, uintptr_t scratch, int descriptor) {
  int pair[2];
  long made = tracee_call(tracee, SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, scratch, 0, 0);
  if (made < 0) return (int)made;
  if (tracee_read(tracee, scratch, pair, sizeof pair)) return -errno;
  int number = send_through(tracee, pair[1], descriptor);
  if (!number) number = receive(tracee, scratch, pair[0]);
  tracee_call(tracee, SYS_close, (uint64_t)pair[0], 0, 0, 0, 0, 0);
  tracee_call(tracee, SYS_close, (uint64_t)pair[1], 0, 0, 0, 0, 0);
  return number;
}
