#include "ctty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

const char *ctty_name(const char *path) {
  struct stat there, named;
  char *name = realpath(path, NULL);
  if (!name || stat(path, &there) || stat(name, &named)) {
    say_errno("cannot find %s", path);
    return NULL;
  }
  if (there.st_dev == named.st_dev && there.st_ino == named.st_ino) return name;
  errno = EXDEV; // What has the name here is another one.
  say_errno("%s is not %s", path, name);
  return NULL;
}

void ctty_own(const char *path) {
  if (!path) return;
  if (setsid() < 0) {
    say_errno("cannot lead a session");
    return;
  }
  int terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0)) say_errno("cannot own %s", path);
  if (terminal >= 0) close(terminal);
}

void ctty_show(const char *path, const char *place) {
  if (path && mount(path, place, NULL, MS_BIND, NULL)) say_errno("cannot mount %s on %s", path, place);
}
