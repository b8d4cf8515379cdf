#include "answer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "frame.h"
#include "request.h"

static volatile sig_atomic_t resized;
static sigset_t while_waiting;

static void note_resize(int signal) {
  (void)signal;
  resized = 1;
}

// Only while we wait for the daemon: not between a look at `resized` and the wait.
static void watch_window(bool watched) {
  sigset_t window;
  sigemptyset(&window);
  sigaddset(&window, SIGWINCH);
  sigprocmask(watched ? SIG_BLOCK : SIG_UNBLOCK, &window, &while_waiting);
  sigdelset(&while_waiting, SIGWINCH);
  if (watched) sigaction(SIGWINCH, &(struct sigaction){.sa_handler = note_resize}, NULL);
}

static ssize_t receive(int fd, void *into, size_t size) {
  for (;;) {
    if (resized) {
      resized = 0;
      request_window(fd);
    }
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (ppoll(&ready, 1, NULL, &while_waiting) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    ssize_t got = read(fd, into, size);
    if (got < 0 && errno == EINTR) continue;
    return got;
  }
}

static bool receive_all(int fd, void *into, size_t size) {
  char *at = into;
  while (size) {
    ssize_t got = receive(fd, at, size);
    if (got <= 0) return false;
    at += got;
    size -= (size_t)got;
  }
  return true;
}

// A reader that has gone, or a full disk, ends neither the command nor its status, as with a JVM's own streams.
static void pass_on(int to, const char *data, size_t size, bool *lost) {
  while (size && !*lost) {
    ssize_t written = write(to, data, size);
    if (written < 0 && errno == EAGAIN) {
      struct pollfd ready = {.fd = to, .events = POLLOUT};
      poll(&ready, 1, -1);
    } else if (written < 0 && errno != EINTR) {
      *lost = true;
    } else if (written > 0) {
      data += written;
      size -= (size_t)written;
    }
  }
}

static bool relay(int fd, int to, size_t size, bool *lost) {
  char piece[16 * 1024];
  while (size) {
    ssize_t got = receive(fd, piece, size < sizeof piece ? size : sizeof piece);
    if (got <= 0) return false;
    pass_on(to, piece, (size_t)got, lost);
    size -= (size_t)got;
  }
  return true;
}

int answer_relay(int fd, bool watched) {
  bool lost[2] = {false, false};
  unsigned char head[FRAME_HEAD], status;
  signal(SIGPIPE, SIG_IGN);
  watch_window(watched);
  while (receive_all(fd, head, sizeof head)) {
    struct frame frame = frame_decode(head);
    if (frame.type == FRAME_STATUS) return frame.length == 1 && receive_all(fd, &status, 1) ? status : -1;
    bool error = frame.type == FRAME_ERROR;
    if (!error && frame.type != FRAME_OUTPUT) return -1;
    if (!relay(fd, error ? STDERR_FILENO : STDOUT_FILENO, frame.length, &lost[error])) return -1;
  }
  return -1;
}
