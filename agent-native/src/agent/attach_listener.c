#include "attach_listener.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// The VM binds ".java_pidN.tmp" and renames it to ".java_pidN" (AttachListener in attachListener_posix.cpp).
static int is_attach_socket(int fd, char *path, size_t size) {
  struct sockaddr_un address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) || address.sun_family != AF_UNIX) return 0;
  if (length <= offsetof(struct sockaddr_un, sun_path) || !address.sun_path[0]) return 0;
  snprintf(path, size, "%.*s", (int)(length - offsetof(struct sockaddr_un, sun_path)), address.sun_path);
  char *tail = strstr(path, "/.java_pid");
  if (!tail) return 0;
  char *end;
  strtol(tail + strlen("/.java_pid"), &end, 10);
  if (strcmp(end, ".tmp") && *end) return 0;
  *end = 0;
  return 1;
}

void attach_listener_remove(void) {
  DIR *directory = opendir("/proc/self/fd");
  if (!directory) return;
  char path[sizeof((struct sockaddr_un *)0)->sun_path + 1];
  for (struct dirent *entry; (entry = readdir(directory));) {
    int fd = atoi(entry->d_name);
    if (fd == dirfd(directory) || !is_attach_socket(fd, path, sizeof path)) continue;
    unlink(path);
    // accept() in the listener thread fails, the thread ends, and the VM goes back to "not initialised" (JDK-8225690).
    shutdown(fd, SHUT_RDWR);
    // The VM still holds the number and closes it at exit, so it must go on being ours: put something harmless under it.
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
      dup3(nothing, fd, O_CLOEXEC);
      close(nothing);
    }
  }
  closedir(directory);
}
