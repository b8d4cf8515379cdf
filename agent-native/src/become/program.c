#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10
#endif

struct arguments {
  uintptr_t path, empty, name, argv, envp;
};

// Path, an empty string, argv (whose first word is the name) and an empty environment, one behind the other.
static int lay_out(struct tracee *tracee, uintptr_t at, size_t size, const char *path, const char *const *argv, struct arguments *out) {
  uint64_t pointers[16];
  char block[4096];
  size_t used = 0, n = 0;
  *out = (struct arguments){.path = at};
  const char *texts[18] = {path, ""};
  size_t count = 2;
  while (argv[n] && n < 15) texts[count++] = argv[n++];
  if (argv[n]) return E2BIG;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(texts[i]) + 1;
    if (used + length > sizeof block) return E2BIG;
    memcpy(block + used, texts[i], length);
    if (i == 1) out->empty = at + used;
    if (i == 2) out->name = at + used;
    if (i > 1) pointers[i - 2] = at + used;
    used += length;
  }
  pointers[n] = 0;
  used = (used + 7) & ~(size_t)7;
  if (used + (n + 1) * 8 > size || used + (n + 1) * 8 > sizeof block) return E2BIG;
  memcpy(block + used, pointers, (n + 1) * 8);
  out->argv = at + used;
  out->envp = at + used + n * 8;
  return tracee_write(tracee, at, block, used + (n + 1) * 8) ? errno : 0;
}

// Whether the process finds the same file under this path as we do.
static bool reaches(pid_t thread, const char *path) {
  char theirs[PATH_MAX];
  struct stat here, there;
  return path[0] == '/' && snprintf(theirs, sizeof theirs, "/proc/%d/root%s", (int)thread, path) < (int)sizeof theirs && !stat(path, &here) &&
         !stat(theirs, &there) && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static int copy(int from, int to) {
  char block[1 << 16];
  for (ssize_t n; (n = read(from, block, sizeof block));)
    if (n < 0 || write(to, block, (size_t)n) != n) return errno ? errno : EIO;
  return 0;
}

// A copy of the file, in memory that belongs to the process.
static int fill(pid_t thread, int theirs, const char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)thread, theirs);
  int from = open(path, O_RDONLY | O_CLOEXEC), to = open(link, O_WRONLY | O_CLOEXEC);
  int error = from < 0 || to < 0 ? errno : copy(from, to);
  if (from >= 0) close(from);
  // Before it is executed: the kernel does not execute what is open for writing.
  if (to >= 0) close(to);
  return error;
}

static int exec_copy(struct tracee *tracee, const char *path, const struct arguments *arguments) {
  long copy = tracee_call(tracee, SYS_memfd_create, arguments->name, MFD_CLOEXEC | MFD_EXEC, 0, 0, 0, 0);
  // Before Linux 6.3 there is no such flag, and no need for it.
  if (copy == -EINVAL) copy = tracee_call(tracee, SYS_memfd_create, arguments->name, MFD_CLOEXEC, 0, 0, 0, 0);
  if (copy < 0) return (int)-copy;
  int error = fill(tracee->actor, (int)copy, path);
  if (!error)
    error = tracee_exec(tracee, SYS_execveat, (uint64_t)copy, arguments->empty, arguments->argv, arguments->envp, AT_EMPTY_PATH);
  if (error) tracee_call(tracee, SYS_close, (uint64_t)copy, 0, 0, 0, 0, 0);
  return error;
}

int program_exec(struct tracee *tracee, uintptr_t scratch, size_t size, const char *path, const char *const *argv) {
  struct arguments arguments;
  int error = lay_out(tracee, scratch, size, path, argv, &arguments);
  if (error) return error;
  // By its path all deputies share its pages. The process may have another root, or no right to go there: then a copy does.
  if (reaches(tracee->actor, path)) {
    error = tracee_exec(tracee, SYS_execve, arguments.path, arguments.argv, arguments.envp, 0, 0);
    if (error != EACCES && error != EPERM && error != ENOENT) return error;
  }
  return exec_copy(tracee, path, &arguments);
}
