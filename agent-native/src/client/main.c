// ckpt-client: runs a command line of ckpt inside the node daemon, which is warm, and relays what it prints. A JVM of its
// own costs each command 240 ms.
//
//   ckpt-client STAMP PROGRAM [WORD]...
//
// STAMP is the file with the build's name. PROGRAM runs the words in a JVM: where no daemon of this build answers, or it
// does not take these words. That is decided before any of them is sent.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "daemon.h"
#include "request.h"
#include "words.h"

// Whatever we open must not become somebody's standard output.
static void fill_standard_descriptors(void) {
  for (int fd = 0; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) _exit(1);
}

static bool read_build(const char *stamp, char *build, size_t size) {
  int fd = open(stamp, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, build, size - 1);
  if (fd >= 0) close(fd);
  if (length <= 0) return false;
  build[length] = 0;
  build[strcspn(build, "\n")] = 0;
  return *build;
}

static int connect_for(const char *stamp, char *const *words) {
  char build[128];
  const char *run_directory;
  if (!words_travel(words) || !words_variables_travel(environ) || !words_charset() || !read_build(stamp, build, sizeof build)) return -1;
  return (run_directory = words_run_directory(words)) ? daemon_connect(run_directory, build, words) : -1;
}

// In the words of io.sojourn.node.cli.Failures.
static int say_gone(bool json) {
  const char *message = "the node daemon ended before it answered";
  const char *mend = "see its log, and start it again: ckpt node start";
  if (json)
    printf("{\n  \"error\" : {\n    \"kind\" : \"failed\",\n    \"message\" : \"%s\",\n    \"mend\" : \"%s\"\n  }\n}\n", message, mend);
  else
    fprintf(stderr, "ckpt: %s\n  mend: %s\n", message, mend);
  return 1;
}

static bool ascii_path(const char *path) {
  if (*path != '/') return false; // "(unreachable)/..."
  for (; *path; path++)
    if ((unsigned char)*path >= 0x80) return false;
  return true;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fputs("usage: ckpt-client STAMP PROGRAM [WORD]...\n", stderr);
    return 2;
  }
  char *const *words = argv + 3;
  char directory[PATH_MAX];
  fill_standard_descriptors();
  int fd = getcwd(directory, sizeof directory) && ascii_path(directory) ? connect_for(argv[1], words) : -1;
  if (fd < 0) {
    execv(argv[2], argv + 2);
    fprintf(stderr, "ckpt: cannot run %s: %s\n", argv[2], strerror(errno));
    return 1;
  }
  struct request request = {.words = words,
                            .directory = directory,
                            .charset = words_charset(),
                            .watched = isatty(STDOUT_FILENO) && isatty(STDERR_FILENO)};
  int status = request_send(fd, &request) ? answer_relay(fd, request.watched) : -1;
  return status < 0 ? say_gone(words_want_json(words)) : status;
}
