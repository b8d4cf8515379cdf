#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#define TABLE 4096 // behind the code

struct batch_call {
  int64_t number;
  uint64_t a, b, c;
  int64_t result;
};

#define MOST_CALLS ((SCRATCH_SIZE - TABLE) / sizeof(struct batch_call) - 1)

_Static_assert(sizeof(struct batch_call) == 40, "as batch_x86_64.S steps");

extern const char batch_begin[], batch_end[];

static int each(struct tracee *tracee, struct batch_call *calls, size_t count) {
  for (size_t i = 0; i < count; i++) {
    calls[i].result = tracee_call(tracee, calls[i].number, calls[i].a, calls[i].b, calls[i].c, 0, 0, 0);
    if (tracee->gone) return -1;
  }
  return 0;
}

// Room for one call more than `count` is needed: the end.
static int batch(struct tracee *tracee, const struct scratch *scratch, struct batch_call *calls, size_t count) {
  if (!scratch->executable) return each(tracee, calls, count);
  uintptr_t table = scratch->at + TABLE;
  calls[count] = (struct batch_call){.number = -1};
  if (tracee_write(tracee, scratch->at, batch_begin, (size_t)(batch_end - batch_begin)) ||
      tracee_write(tracee, table, calls, (count + 1) * sizeof *calls) || tracee_run(tracee, scratch->at, table))
    return -1;
  return tracee_read(tracee, table, calls, count * sizeof *calls);
}

static int *list(pid_t thread, size_t *count) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", (int)thread);
  DIR *entries = opendir(path);
  if (!entries) return NULL;
  size_t room = 256;
  int *numbers = malloc(room * sizeof *numbers);
  *count = 0;
  for (struct dirent *entry; numbers && (entry = readdir(entries));) {
    if (entry->d_name[0] == '.') continue;
    if (*count == room) {
      room *= 2;
      int *more = realloc(numbers, room * sizeof *numbers);
      if (!more) free(numbers);
      numbers = more;
      if (!numbers) break;
    }
    numbers[(*count)++] = atoi(entry->d_name);
  }
  closedir(entries);
  return numbers;
}

// fcntl on `count` descriptors, as many at once as there is room for; what it gives back takes the numbers' place.
static int on_all(struct tracee *tracee, const struct scratch *scratch, const int *numbers, size_t count, int command, int flags,
                  int *results) {
  static struct batch_call calls[MOST_CALLS + 1];
  for (size_t from = 0; from < count; from += MOST_CALLS) {
    size_t part = count - from < MOST_CALLS ? count - from : MOST_CALLS;
    for (size_t i = 0; i < part; i++)
      calls[i] = (struct batch_call){.number = SYS_fcntl, .a = (uint64_t)numbers[from + i], .b = (uint64_t)command, .c = (uint64_t)flags};
    if (batch(tracee, scratch, calls, part)) return -1;
    for (size_t i = 0; results && i < part; i++) results[from + i] = (int)calls[i].result;
  }
  return 0;
}

int descriptors_keep(struct tracee *tracee, const struct scratch *scratch, struct descriptors *kept) {
  size_t count = 0;
  int *numbers = list(tracee->actor, &count), *flags = numbers ? malloc((count + 1) * sizeof *flags) : NULL;
  *kept = (struct descriptors){.closing = numbers};
  int error = 0;
  if (!flags || on_all(tracee, scratch, numbers, count, F_GETFD, 0, flags)) {
    error = errno ? errno : ENOMEM;
  } else {
    for (size_t i = 0; i < count; i++)
      if (flags[i] > 0 && flags[i] & FD_CLOEXEC) numbers[kept->count++] = numbers[i];
    if (on_all(tracee, scratch, numbers, kept->count, F_SETFD, 0, NULL)) {
      error = errno;
      descriptors_restore(tracee, scratch, kept);
    }
  }
  free(flags);
  return error;
}

void descriptors_restore(struct tracee *tracee, const struct scratch *scratch, struct descriptors *kept) {
  on_all(tracee, scratch, kept->closing, kept->count, F_SETFD, FD_CLOEXEC, NULL);
  kept->count = 0;
}
