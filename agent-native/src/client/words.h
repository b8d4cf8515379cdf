// The words of a command line, as far as they must be understood on this side.
#pragma once
#include <stdbool.h>

// Whether the daemon could run them as the JVM of the caller would. Where in doubt: no.
bool words_travel(char *const *words);

// Variables of the environment that go along, by the beginning of their names.
#define WORDS_VARIABLES "SOJOURN_"

// Whether those of ours can.
bool words_variables_travel(char *const *variables);

// --json is among them.
bool words_want_json(char *const *words);

// The run directory that they name, or the environment, or the usual one; NULL where only Java can tell.
const char *words_run_directory(char *const *words);

// "UTF-8" or "US-ASCII": what a JVM would write in; NULL where it is another.
const char *words_charset(void);
