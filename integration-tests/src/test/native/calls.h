// Functions of every kind of signature, each of which returns a checksum of its arguments.
#pragma once
#include <setjmp.h>

struct pair {
  long first;
  double second;
};
struct two {
  long first, second;
};
struct big {
  long words[8];
};

long calls_integers(long a, long b, long c, long d, long e, long f, long g, long h, int i, char j);
double calls_doubles(double a, double b, double c, double d, double e, double f, double g, double h, double i, float j);
long calls_variable(int count, ...); // long and double by turns
struct pair calls_pair(long a, double b);
struct two calls_two(long a, long b);
struct big calls_big(long a, struct big b, double c);
long double calls_long_double(long double a, int b);

// Calls another guarded function, from inside.
long calls_nested(int depth, long (*other)(int depth));

// Do not return.
void calls_jump(jmp_buf *to);
void calls_exit(void);
