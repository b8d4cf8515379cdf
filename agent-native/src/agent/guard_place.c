#include "guard_place.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void guard_thread_name(pid_t tid, char *name, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", tid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, name, size - 1);
  if (fd >= 0) close(fd);
  if (length <= 0) {
    snprintf(name, size, "?");
    return;
  }
  name[length] = 0;
  name[strcspn(name, "\n")] = 0;
}

void guard_place(const void *address, char *place, size_t size) {
  Dl_info info;
  if (!dladdr(address, &info) || !info.dli_fname) {
    snprintf(place, size, "%p", address);
    return;
  }
  const char *slash = strrchr(info.dli_fname, '/');
  const char *library = slash ? slash + 1 : info.dli_fname;
  size_t offset = (size_t)((const char *)address - (const char *)info.dli_fbase);
  if (info.dli_sname)
    snprintf(place, size, "%s+%#zx (%s+%#zx)", library, offset, info.dli_sname, (size_t)((const char *)address - (const char *)info.dli_saddr));
  else
    snprintf(place, size, "%s+%#zx", library, offset);
}
