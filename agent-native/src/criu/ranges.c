#include "ranges.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Above CRIU's own window (PMC_SIZE, 2 MiB), in which it looks at several mappings at once.
#define LEAST (4u << 20)

static bool add(struct ranges *ranges, uint64_t start, uint64_t end) {
  struct range *more = realloc(ranges->all, (ranges->count + 1) * sizeof *more);
  if (!more) return false;
  ranges->all = more;
  ranges->all[ranges->count++] = (struct range){start, end};
  return true;
}

static bool read_maps(struct ranges *ranges, uint64_t apart) {
  char line[4400], mode[5];
  snprintf(line, sizeof line, "/proc/%d/maps", (int)ranges->copy);
  FILE *maps = fopen(line, "re");
  if (!maps) return false;
  bool read = true;
  while (read && fgets(line, sizeof line, maps)) {
    uint64_t start, end, inode;
    int name = 0;
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %*s %" SCNu64 " %n", &start, &end, mode, &inode, &name) != 4) continue;
    bool special = line[name] == '[' && strncmp(line + name, "[heap]", 6) && strncmp(line + name, "[anon", 5);
    if (mode[3] == 'p' && !inode && !special && end - start >= LEAST && !(start <= apart && apart < end)) read = add(ranges, start, end);
  }
  fclose(maps);
  return read;
}

bool ranges_read(struct ranges *ranges, pid_t copy, uint64_t apart, const char *record) {
  char path[64];
  *ranges = (struct ranges){.copy = copy};
  snprintf(path, sizeof path, "/proc/%d/pagemap", (int)copy);
  ranges->pagemap = open(path, O_RDONLY | O_CLOEXEC);
  ranges->record = open(record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (ranges->pagemap >= 0 && ranges->record >= 0 && read_maps(ranges, apart) && ranges->count) return true;
  if (ranges->pagemap >= 0) close(ranges->pagemap);
  if (ranges->record >= 0) close(ranges->record);
  return false;
}

bool ranges_cover(const struct ranges *ranges, uint64_t start, uint64_t end) {
  for (unsigned i = 0; i < ranges->count; i++)
    if (ranges->all[i].start <= start && end <= ranges->all[i].end) return true;
  return false;
}

bool ranges_note(const struct ranges *ranges, uint64_t start, uint64_t end) {
  uint64_t range[] = {start, end};
  return write(ranges->record, range, sizeof range) == (ssize_t)sizeof range;
}
