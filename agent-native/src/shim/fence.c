// `fence`: a task that another node may start when this one is silent must have ended before that, whatever became of the
// node daemon. So it has a fence: a process that reads the time of that from a file, CLOCK_BOOTTIME in nanoseconds, which the
// daemon puts off for as long as its lease is renewed. A file that is gone means that the task is to be left alone.
#include "fence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

#define MOST_PROCESSES 4096
#define NANOS 1000000000ULL

// 0 where the file is gone, or says nothing.
static unsigned long long read_time(const char *file) {
  FILE *in = fopen(file, "re");
  unsigned long long nanos = 0;
  if (in) {
    if (fscanf(in, "%llu", &nanos) != 1) nanos = 0;
    fclose(in);
  }
  return nanos;
}

static unsigned long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (unsigned long long)time.tv_sec * NANOS + (unsigned long long)time.tv_nsec;
}

static unsigned long long start_of(pid_t process) {
  char path[64], stat[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
  FILE *in = fopen(path, "re");
  if (!in) return 0;
  size_t length = fread(stat, 1, sizeof stat - 1, in);
  fclose(in);
  stat[length] = 0;
  // The name in brackets may hold anything; the start is the 20th field behind it.
  char *field = strrchr(stat, ')');
  for (int i = 0; field && i < 20; i++) field = strchr(field + 1, ' ');
  return field ? strtoull(field, NULL, 10) : 0;
}

// The children of one thread, behind those that were found before.
static int add_children(pid_t process, const char *thread, pid_t *all, int count) {
  char path[320];
  snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)process, thread);
  FILE *in = fopen(path, "re");
  if (!in) return count;
  for (int child; count < MOST_PROCESSES && fscanf(in, "%d", &child) == 1;) all[count++] = child;
  fclose(in);
  return count;
}

static void end_all(pid_t task) {
  static pid_t all[MOST_PROCESSES];
  int count = 1;
  all[0] = task;
  for (int i = 0; i < count; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)all[i]);
    DIR *threads = opendir(path);
    if (!threads) continue;
    for (struct dirent *thread; (thread = readdir(threads));)
      if (thread->d_name[0] != '.') count = add_children(all[i], thread->d_name, all, count);
    closedir(threads);
  }
  for (int i = 0; i < count; i++) kill(all[i], SIGKILL);
}

int fence(pid_t task, unsigned long long start_ticks, const char *file) {
  // SAFETY: glibc before 2.36 has no wrapper; the arguments are numbers only.
  int process = (int)syscall(SYS_pidfd_open, task, 0);
  // After it was opened: from here on the number cannot become another's.
  if (process < 0 || start_of(task) != start_ticks) return 0;
  int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
  if (timer < 0) return say_errno("no timer");
  setsid();
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  if (chdir("/")) return say_errno("cannot go to /");
  for (;;) {
    unsigned long long due = read_time(file);
    if (!due) return 0;
    if (now() >= due) {
      end_all(task);
      return 0;
    }
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(due / NANOS), .tv_nsec = (long)(due % NANOS)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
    struct pollfd waits[] = {{.fd = process, .events = POLLIN}, {.fd = timer, .events = POLLIN}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return say_errno("poll");
    if (waits[0].revents) return 0;
  }
}
