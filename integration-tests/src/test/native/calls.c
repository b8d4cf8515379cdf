#include "calls.h"

#include <pthread.h>
#include <stdarg.h>

long calls_integers(long a, long b, long c, long d, long e, long f, long g, long h, int i, char j) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}

double calls_doubles(double a, double b, double c, double d, double e, double f, double g, double h, double i, float j) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * (double)j;
}

long calls_variable(int count, ...) {
  va_list arguments;
  va_start(arguments, count);
  long sum = 0;
  for (int i = 1; i <= count; i++) sum += i * (i % 2 ? va_arg(arguments, long) : (long)va_arg(arguments, double));
  va_end(arguments);
  return sum;
}

struct pair calls_pair(long a, double b) { return (struct pair){a + 1, b + 2}; }

struct two calls_two(long a, long b) { return (struct two){b, a}; }

struct big calls_big(long a, struct big b, double c) {
  for (int i = 0; i < 8; i++) b.words[i] = b.words[i] * a + (long)c;
  return b;
}

long double calls_long_double(long double a, int b) { return a * b; }

long calls_nested(int depth, long (*other)(int depth)) { return depth ? 1 + other(depth - 1) : 0; }

void calls_jump(jmp_buf *to) { longjmp(*to, 1); }

void calls_exit(void) { pthread_exit((void *)42); }
