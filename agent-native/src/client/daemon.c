#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"

#define PROTOCOL "1"

enum {
  // A daemon that is stopped says nothing, one on a busy machine is late; a JVM would start later still.
  PATIENCE_MILLIS = 2000,
  HELLO_BYTES = 4096
};

static int connect_to(const char *run_directory) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (snprintf(address.sun_path, sizeof address.sun_path, "%s/ckpt.sock", run_directory) >= (int)sizeof address.sun_path)
    return -1;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // Where many wait already this says EAGAIN.
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address)) {
    close(fd);
    return -1;
  }
  return fd;
}

static long now_millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool read_all(int fd, void *into, size_t size, long deadline) {
  char *at = into;
  while (size) {
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    long left = deadline - now_millis();
    if (left <= 0 || (poll(&ready, 1, (int)left) < 0 && errno != EINTR)) return false;
    ssize_t got = read(fd, at, size);
    if (!got || (got < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (got > 0) at += got, size -= (size_t)got;
  }
  return true;
}

// Whether a line of the hello, "ps" or "node status", is how the words begin.
static bool names(const char *line, char *const *words) {
  while (*line) {
    if (!*words) return false;
    size_t length = strcspn(line, " ");
    if (strlen(*words) != length || strncmp(*words, line, length)) return false;
    line += length;
    line += strspn(line, " ");
    words++;
  }
  return true;
}

static bool suits(char *hello, const char *build, char *const *words) {
  char *rest = hello;
  const char *protocol = strsep(&rest, "\n");
  const char *theirs = strsep(&rest, "\n");
  if (strcmp(protocol, PROTOCOL) || !theirs || strcmp(theirs, build)) return false;
  for (const char *line; (line = strsep(&rest, "\n"));)
    if (*line && names(line, words)) return true;
  return false;
}

static bool welcome(int fd, const char *build, char *const *words) {
  unsigned char head[FRAME_HEAD];
  char hello[HELLO_BYTES + 1];
  long deadline = now_millis() + PATIENCE_MILLIS;
  if (!read_all(fd, head, sizeof head, deadline)) return false;
  struct frame frame = frame_decode(head);
  if (frame.type != FRAME_HELLO || frame.length > HELLO_BYTES || !read_all(fd, hello, frame.length, deadline)) return false;
  hello[frame.length] = 0;
  return suits(hello, build, words);
}

int daemon_connect(const char *run_directory, const char *build, char *const *words) {
  int fd = connect_to(run_directory);
  if (fd < 0) return -1;
  if (!welcome(fd, build, words) || fcntl(fd, F_SETFL, 0)) {
    close(fd);
    return -1;
  }
  return fd;
}
