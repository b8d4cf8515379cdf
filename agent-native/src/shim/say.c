#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int say_errno(const char *what, ...) {
  int error = errno;
  char text[512];
  va_list arguments;
  va_start(arguments, what);
  vsnprintf(text, sizeof text, what, arguments);
  va_end(arguments);
  fprintf(stderr, "ckpt-shim: %s: %s\n", text, strerror(error));
  return 1;
}
