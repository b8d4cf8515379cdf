// The guest world: the namespaces of a task whose home is another node.
#pragma once

struct guest {
  // A directory of the node's; its "root" is where home's files are mounted. All else in it is seen inside as GUEST_PLACE.
  const char *directory;
  const char *host_name; // home's
  const char *criu;      // a directory; seen inside as GUEST_PLACE/criu
  const char *terminal;  // what /dev/tty opens; NULL: nothing
};

#define GUEST_PLACE "/dev/.sojourn"

// Makes it, in the network namespace of the caller, and returns as its first process. The caller's own process stays behind; when its
// stdin ends, which is a pipe of the node daemon's, the world ends with everything in it. Returns 0, or 1 after having said what failed.
int guest_enter(const struct guest *guest);
