// The deputy's own descriptors, out of the way of those that it keeps for the task.
#pragma once

enum { OWN_LISTENER, OWN_SIGNALS, OWN_CONNECTION, OWN_DESCRIPTORS };

// Moves the listener to the first of OWN_DESCRIPTORS consecutive numbers that are free. Returns that, or -1 with errno.
int own_begin(int listener);

// The number of one of them.
int own(int which);

// Moves a descriptor to its number. Returns the number, or -1 with errno.
int own_place(int which, int fd);
