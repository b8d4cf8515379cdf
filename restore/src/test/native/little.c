// Single acts on a file, for tests that need another process to do them.
//   little append FILE COUNT ID      appends lines "ID NUMBER", one write each
//   little lock FILE posix|flock     waits for the whole file's lock, says "held", and holds it until its input ends
//   little try FILE posix|flock      "ok", or the error's name
//   little alarm FILE                waits for the posix lock, but only for 300 ms: "EINTR"
//   little peek FILE                 maps the file, says "mapped"; then for each line of input, the mapping's first byte
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

static int failed(const char *what) {
  printf("%s: %s\n", what, strerrorname_np(errno));
  return 1;
}

static void ring(int signal) { (void)signal; }

static int lock(int fd, const char *kind, int wait) {
  if (!strcmp(kind, "flock"))
    return flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
  struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fd, wait ? F_SETLKW : F_SETLK, &all);
}

int main(int argc, char **argv) {
  if (argc < 3)
    return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  char c, line[128];
  if (!strcmp(argv[1], "append")) {
    int fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (fd < 0)
      return failed("open");
    for (int i = 0; i < atoi(argv[3]); i++) {
      int length = snprintf(line, sizeof line, "%s %d\n", argv[4], i);
      if (write(fd, line, length) != length)
        return failed("write");
    }
    return close(fd) < 0 ? failed("close") : 0;
  }
  int fd = open(argv[2], O_RDWR);
  if (fd < 0)
    return failed("open");
  if (!strcmp(argv[1], "lock")) {
    if (lock(fd, argv[3], 1) < 0)
      return failed("lock");
    puts("held");
    while (read(0, &c, 1) > 0)
      ;
    return 0;
  }
  if (!strcmp(argv[1], "try")) {
    if (lock(fd, argv[3], 0) < 0)
      return failed("try");
    puts("ok");
    return 0;
  }
  if (!strcmp(argv[1], "alarm")) {
    struct sigaction action = {.sa_handler = ring};
    sigaction(SIGALRM, &action, NULL);
    ualarm(300000, 0);
    if (lock(fd, "posix", 1) < 0)
      return failed("lock");
    puts("ok");
    return 0;
  }
  if (!strcmp(argv[1], "peek")) {
    volatile char *map = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
      return failed("mmap");
    c = map[0];
    puts("mapped");
    while (fgets(line, sizeof line, stdin))
      printf("%c\n", map[0]);
    return 0;
  }
  return 2;
}
