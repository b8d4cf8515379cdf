#include "rendezvous.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../shim/say.h"

static int address(const char *path, struct sockaddr_un *at) {
  *at = (struct sockaddr_un){.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof at->sun_path) {
    errno = ENAMETOOLONG;
    say_errno("socket %s (at most %zu bytes)", path, sizeof at->sun_path - 1);
    return -1;
  }
  strcpy(at->sun_path, path);
  return 0;
}

// Whether somebody listens there. Who is stopped listens, too.
static int answers(const struct sockaddr_un *at) {
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int alive = probe >= 0 && (!connect(probe, (const struct sockaddr *)at, sizeof *at) || errno == EAGAIN);
  close(probe);
  return alive;
}

int rendezvous_open(const char *path) {
  struct sockaddr_un at;
  if (address(path, &at)) return -1;
  if (answers(&at)) {
    errno = EADDRINUSE;
    say_errno("socket %s: a deputy lives there", path);
    return -1;
  }
  unlink(path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  mode_t before = umask(0177);
  int bound = listener < 0 ? -1 : bind(listener, (const struct sockaddr *)&at, sizeof at);
  umask(before);
  if (!bound && !listen(listener, 128)) return listener;
  say_errno("socket %s", path);
  if (!bound) unlink(path);
  if (listener >= 0) close(listener);
  return -1;
}
