#include "guard_place.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The first line of a file about the thread. False: there is none.
static bool read_line(pid_t tid, const char *file, char *line, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/%s", tid, file);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, line, size - 1);
  if (fd >= 0) close(fd);
  if (length <= 0) return false;
  line[length] = 0;
  line[strcspn(line, "\n")] = 0;
  return true;
}

void guard_thread_name(pid_t tid, char *name, size_t size) {
  if (!read_line(tid, "comm", name, size)) snprintf(name, size, "?");
}

// The line's last two numbers are stack pointer and program counter (proc_pid_syscall(5)); "running" has none.
uintptr_t guard_stack_pointer(pid_t tid) {
  char line[256];
  if (!read_line(tid, "syscall", line, sizeof line)) return 0;
  char *counter = strrchr(line, ' ');
  if (!counter) return 0;
  *counter = 0;
  char *pointer = strrchr(line, ' ');
  return pointer ? strtoul(pointer, NULL, 16) : 0;
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
