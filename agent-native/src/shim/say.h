// What goes wrong, on stderr.
#pragma once

// Prints "ckpt-shim: WHAT: strerror(errno)", printf-like. Returns 1, the exit status of a failure.
int say_errno(const char *what, ...) __attribute__((format(printf, 1, 2)));
