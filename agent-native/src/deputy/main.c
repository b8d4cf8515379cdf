// ckpt-deputy: what stays of a process whose task is frozen or away. It holds the task's descriptors under their numbers, takes
// its signals, and ends as the task ends. It does nothing by itself: the node daemon, which connects to its socket and may come
// and go, decides.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "orders.h"
#include "own.h"
#include "record.h"
#include "signals.h"

static const char *task = "";
static uint32_t incarnation;
static uid_t master;
static bool connected;

// Of an order that came in parts.
static struct record order;
static size_t got;
// What came beside it, until it is taken; or -1.
static int passed = -1;

static void hang_up(void) {
  close(own(OWN_CONNECTION));
  connected = false;
}

static void say(const struct record *record) {
  if (!connected || send(own(OWN_CONNECTION), record, sizeof *record, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof *record) return;
  // Who has hung up may have left an order before: that is read, and then the end. Never more than SIGNALS_SAID signals and one
  // answer an order are on their way, so who lets the socket's buffer get full is broken, and has to connect anew.
  if (errno != EPIPE && errno != ECONNRESET) hang_up();
}

static void greet(void) {
  struct record hello = {
      .kind = RECORD_HELLO,
      .value = RECORD_VERSION,
      .number = signals_last(),
      .hello = {.pid = getpid(), .incarnation = incarnation, .first_own = (uint32_t)own(0), .unsaid = signals_count()},
  };
  memcpy(hello.hello.task, task, strnlen(task, sizeof hello.hello.task));
  say(&hello);
  for (unsigned n = 0; connected && signals_unheard(n); n++) say(signals_unheard(n));
}

static uid_t owner_of(int socket) {
  struct ucred who = {.uid = (uid_t)-1};
  socklen_t size = sizeof who;
  getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size);
  return who.uid;
}

// The newest connection counts: an older one is a daemon's that has died, or is about to.
static void meet(void) {
  int fd = accept4(own(OWN_LISTENER), NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  uid_t who = owner_of(fd);
  if (who && who != master) {
    close(fd);
    return;
  }
  connected = own_place(OWN_CONNECTION, fd) >= 0;
  got = 0;
  if (connected) greet();
}

static void drop_passed(void) {
  if (passed >= 0) close(passed);
  passed = -1;
}

// It stays ours under the number that is asked for, in place of what we have there; else above our own, where no number is that the
// task may have.
static int take(struct record *done) {
  if (passed < 0) return EMFILE;
  int wanted = (int)order.value - 1;
  if (wanted >= own(0) && wanted < own(OWN_DESCRIPTORS)) return EBUSY;
  int placed = wanted < 0 ? fcntl(passed, F_DUPFD_CLOEXEC, own(OWN_DESCRIPTORS)) : dup2(passed, wanted);
  if (placed < 0) return errno;
  if (placed != passed) drop_passed();
  passed = -1;
  done->descriptor = placed;
  return 0;
}

// What is sent and what is forgotten with it is one step: no daemon's death comes in between.
static int pass(void) {
  int failed = order_pass(order.value, order.pass.to);
  signals_over(order.pass.over);
  return failed;
}

static int obey(struct record *done) {
  switch (order.kind) {
    case RECORD_EXIT: _exit((int)order.value);
    case RECORD_DIE: return order_die(order.value);
    case RECORD_STOP: return order_stop(order.value);
    case RECORD_CLOSE: return order_close(order.value);
    case RECORD_TAKE: return take(done);
    case RECORD_PASS: return pass();
    default: return ENOSYS;
  }
}

// As of recv(2). A descriptor that finds no room with us is lost on the way.
static ssize_t receive(void) {
  struct iovec bytes = {.iov_base = (char *)&order + got, .iov_len = sizeof order - got};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } beside;
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &beside, .msg_controllen = sizeof beside};
  ssize_t more = recvmsg(own(OWN_CONNECTION), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  const struct cmsghdr *header = more > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    drop_passed();
    memcpy(&passed, CMSG_DATA(header), sizeof passed);
  }
  return more;
}

static void listen_to_order(void) {
  ssize_t more = receive();
  if (more < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (more <= 0) {
    hang_up();
    return;
  }
  got += (size_t)more;
  if (got < sizeof order) return;
  got = 0;
  if (order.kind == RECORD_ACKNOWLEDGE) {
    signals_heard(order.number);
    return;
  }
  struct record done = {.kind = RECORD_DONE, .number = order.number};
  done.value = (uint32_t)obey(&done);
  drop_passed();
  say(&done);
}

static void serve(void) {
  for (;;) {
    struct pollfd wait[OWN_DESCRIPTORS];
    for (int which = 0; which < OWN_DESCRIPTORS; which++) wait[which] = (struct pollfd){.fd = own(which), .events = POLLIN};
    if (!connected) wait[OWN_CONNECTION].fd = -1;
    if (!connected || !signals_room()) wait[OWN_SIGNALS].fd = -1;
    if (poll(wait, OWN_DESCRIPTORS, -1) < 0) continue;
    if (wait[OWN_CONNECTION].revents) listen_to_order();
    if (wait[OWN_SIGNALS].revents && connected) {
      const struct record *signal = signals_next();
      if (signal) say(signal);
    }
    // What a daemon that has died has left is done before: else the next one would have it done again.
    if (wait[OWN_LISTENER].revents && !wait[OWN_CONNECTION].revents) meet();
  }
}

// ckpt-deputy LISTENER TASK INCARNATION [SIGNAL:COUNT,...]: the descriptor of a socket that listens; whose place this is; how many of
// its pending signals the task's image has.
int main(int argc, char **argv) {
  if (argc != 4 && argc != 5) {
    static const char usage[] = "usage: ckpt-deputy LISTENER TASK INCARNATION [SIGNAL:COUNT,...] (started by ckpt-shim become and ckpt-shim deputy)\n";
    return write(STDERR_FILENO, usage, sizeof usage - 1) < 0 ? 1 : 2;
  }
  prctl(PR_SET_NAME, "ckpt-deputy", 0, 0, 0);
  task = argv[2];
  incarnation = (uint32_t)strtoul(argv[3], NULL, 10);
  // First of all: a signal must not find us with its default still in force.
  if (own_begin(atoi(argv[1])) < 0 || signals_begin(argv[4] ? argv[4] : "") < 0) return 1;
  // Of a socket that listens, it is who made it listen.
  master = owner_of(own(OWN_LISTENER));
  serve();
}
