// The socket at which a deputy is found.
#pragma once

// Makes a unix socket that listens at a path, for us alone; what a dead one left there gives way. Returns it, or -1 after having
// said what is in the way.
int rendezvous_open(const char *path);
