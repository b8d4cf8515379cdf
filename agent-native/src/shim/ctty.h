// What opens as /dev/tty in the namespaces of a task.
#pragma once

// /dev/tty of a task leads to the controlling terminal of whoever opens it. A restored task has none: its terminal is the controlling one
// of a session at home. So the terminal itself is found there. Who opens it does not get it as its controlling terminal, as a leader of a
// session would, because it belongs to another session.

// The name of a terminal that is found at the path, also where that is one of /proc/PID/fd: those lead to a mount of this namespace, and
// only a name leads to that of another one. NULL, after having said so, where there is none.
const char *ctty_name(const char *path);

// The session of the calling process, which becomes its leader, has the terminal from now on; none where path is NULL. Keys, a change of
// size and a hangup of it are told to this process alone, which must ignore SIGHUP.
void ctty_own(const char *path);

// Puts the terminal on the place of /dev/tty, in the mount namespace of the caller; nothing where path is NULL. Without it a task has no
// /dev/tty, as it had none before: so what fails is said, and nothing more.
void ctty_show(const char *path, const char *place);
