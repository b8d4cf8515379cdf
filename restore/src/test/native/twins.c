// Does random operations on two files, one on home's files and one on a local file system, from several processes, each with a pair of its
// own; after each the two must be the same. usage: twins DIRECTORY LOCAL SEED OPERATIONS PROCESSES
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 1 << 18 };
static int fd[2], ro[2];
static char path[2][4096], aside[2][8200];
static unsigned char block[MOST], seen[2][MOST];
static long step;

static void differ(const char *what, long a, long b) {
  fprintf(stderr, "step %ld: %s: %ld (errno %d) and %ld\n", step, what, a, errno, b);
  exit(1);
}

static void same(const char *what, long a, long b) {
  if (a != b)
    differ(what, a, b);
}

static void compare(const char *what, int *of, long at, long length) {
  long got[2];
  for (int i = 0; i < 2; i++)
    got[i] = pread(of[i], seen[i], length, at);
  same(what, got[0], got[1]);
  if (got[0] > 0 && memcmp(seen[0], seen[1], got[0]))
    for (long k = 0; k < got[0]; k++)
      if (seen[0][k] != seen[1][k])
        differ(what, at + k, seen[0][k] << 8 | seen[1][k]);
}

static void reopen(void) {
  for (int i = 0; i < 2; i++) {
    if (fd[i] > 0)
      close(fd[i]), close(ro[i]);
    fd[i] = open(path[i], O_RDWR | O_CREAT, 0600);
    ro[i] = open(path[i], O_RDONLY);
    if (fd[i] < 0 || ro[i] < 0)
      differ("open", i, errno);
  }
}

static void mapped(long at, long length, long size) {
  if (at >= size)
    return;
  if (at + length > size)
    length = size - at;
  for (int i = 0; i < 2; i++) {
    unsigned char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd[i], 0);
    if (map == MAP_FAILED)
      differ("mmap", i, errno);
    memcpy(map + at, block, length);
    if (step % 3 == 0)
      msync(map, size, MS_SYNC);
    munmap(map, size);
  }
}

static void one(void) {
  long at = random() % MOST, length = random() % 4 ? random() % 5000 + 1 : random() % MOST + 1;
  if (at + length > MOST)
    length = MOST - at;
  for (long i = 0; i < length; i++)
    block[i] = (unsigned char)(random() >> 3);
  struct stat st;
  fstat(fd[1], &st);
  long r[2] = {0, 0};
  int kind = random() % 12;
  for (int i = 0; i < 2; i++)
    switch (kind) {
    case 0:
    case 1:
    case 2:
      r[i] = pwrite(fd[i], block, length, at);
      break;
    case 3:
      r[i] = ftruncate(fd[i], at);
      break;
    case 4:
      r[i] = fallocate(fd[i], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, length);
      break;
    case 5:
      r[i] = fallocate(fd[i], step % 2 ? FALLOC_FL_ZERO_RANGE : 0, at, length);
      break;
    case 6: {
      off_t from = at / 2, to = at / 2 + MOST / 2;
      r[i] = copy_file_range(ro[i], &from, fd[i], &to, length / 4, 0);
      break;
    }
    case 7: {
      int a = open(path[i], O_WRONLY | O_APPEND);
      r[i] = st.st_size < MOST / 2 ? write(a, block, length / 4) : 0;
      close(a);
      break;
    }
    case 8:
      r[i] = fsync(fd[i]);
      break;
    case 9:
      r[i] = rename(path[i], aside[i]) + rename(aside[i], path[i]);
      break;
    }
  if (kind == 10)
    mapped(at, length, st.st_size);
  if (kind == 11)
    reopen();
  same("outcome", r[0], r[1]);
  struct stat a, b;
  fstat(fd[0], &a);
  fstat(fd[1], &b);
  same("size", a.st_size, b.st_size);
  compare("read", step % 2 ? fd : ro, random() % MOST, length);
}

int main(int argc, char **argv) {
  if (argc != 6)
    return 2;
  int processes = atoi(argv[5]), bad = 0;
  for (int p = 0; p < processes; p++)
    if (fork() == 0) {
      srandom(atoi(argv[3]) + p);
      for (int i = 0; i < 2; i++) {
        snprintf(path[i], sizeof path[i], "%s/twin-%d", argv[1 + i], p);
        snprintf(aside[i], sizeof aside[i], "%s.aside", path[i]);
        unlink(path[i]);
      }
      reopen();
      for (step = 0; step < atol(argv[4]); step++)
        one();
      reopen();
      compare("at the end", fd, 0, MOST);
      exit(0);
    }
  for (int how; wait(&how) > 0;)
    bad |= how;
  return bad ? 1 : 0;
}
