#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Loaded into CRIU: stops it when it has let go of the task, before its last answer. What it writes in between are its statistics.
int openat64(int directory, const char *path, int flags, ...) {
  va_list words;
  va_start(words, flags);
  mode_t mode = flags & O_CREAT ? va_arg(words, mode_t) : 0;
  va_end(words);
  if (!strcmp(path, "stats-dump")) raise(SIGSTOP);
  return (int)syscall(SYS_openat, directory, path, flags, mode);
}
