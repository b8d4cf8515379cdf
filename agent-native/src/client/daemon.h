// The other end: a node daemon of the same build that takes the command.
#pragma once

// A connection to the one of a run directory; -1 where none of `build` answers there in time, or it does not take the words.
int daemon_connect(const char *run_directory, const char *build, char *const *words);
