#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "words.h"

// More than words.c lets pass.
enum { MOST_BYTES = 128 * 1024 };

// All at once: a daemon that hangs up in the middle is noticed when its answer is read, and what it has said is not lost.
static char bytes[MOST_BYTES];
static size_t filled;

static bool send_all(int fd) {
  for (size_t sent = 0; sent < filled;) {
    ssize_t now = send(fd, bytes + sent, filled - sent, MSG_NOSIGNAL);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return false;
    sent += (size_t)now;
  }
  filled = 0;
  return true;
}

static bool put(char type, const char *text) {
  size_t length = strlen(text);
  if (length > sizeof bytes - filled - FRAME_HEAD) return false;
  frame_encode((struct frame){.length = (uint32_t)length, .type = type}, (unsigned char *)bytes + filled);
  memcpy(bytes + filled + FRAME_HEAD, text, length);
  filled += FRAME_HEAD + length;
  return true;
}

static bool put_window(void) {
  struct winsize size = {0};
  char columns[16];
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size)) size.ws_col = 0;
  snprintf(columns, sizeof columns, "%d", size.ws_col);
  return put(FRAME_WINDOW, columns);
}

bool request_window(int fd) { return put_window() && send_all(fd); }

bool request_send(int fd, const struct request *request) {
  for (char *const *word = request->words; *word; word++)
    if (!put(FRAME_ARGUMENT, *word)) return false;
  for (char *const *variable = environ; *variable; variable++)
    if (!strncmp(*variable, WORDS_VARIABLES, strlen(WORDS_VARIABLES)) && !put(FRAME_VARIABLE, *variable)) return false;
  return put(FRAME_DIRECTORY, request->directory) && put(FRAME_CHARSET, request->charset) &&
         (!request->watched || put_window()) && put(FRAME_GO, "") && send_all(fd);
}
