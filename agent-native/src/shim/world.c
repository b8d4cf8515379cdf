#include "world.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctty.h"
#include "say.h"

static int write_to(const char *file, const char *text) {
  FILE *out = fopen(file, "we");
  if (!out) return -1;
  int bad = fputs(text, out) < 0;
  return fclose(out) || bad ? -1 : 0;
}

// A program that listened on an address of the first network finds that address missing here: let it bind all the same.
static int bring_network_up(void) {
  struct ifreq lo = {.ifr_name = "lo"};
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0 || ioctl(any, SIOCGIFFLAGS, &lo)) return say_errno("cannot see the new lo");
  lo.ifr_flags |= IFF_UP;
  if (ioctl(any, SIOCSIFFLAGS, &lo)) return say_errno("cannot bring the new lo up");
  close(any);
  write_to("/proc/sys/net/ipv4/ip_nonlocal_bind", "1");
  write_to("/proc/sys/net/ipv6/ip_nonlocal_bind", "1");
  return 0;
}

static int stay_behind(pid_t first) {
  printf("world %d\n", (int)first);
  fflush(stdout);
  close_range(0, ~0u, 0);
  int status;
  while (waitpid(first, &status, 0) < 0)
    if (errno != EINTR) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void world_skip_pids(pid_t last_pid) {
  char text[16];
  snprintf(text, sizeof text, "%d", (int)last_pid);
  // Without it two numbers may meet: CRIU says so, and nothing is lost.
  if (last_pid) write_to("/proc/sys/kernel/ns_last_pid", text);
}

int world_enter(enum world world, const char *terminal) {
  if (world == WORLD_OURS) return 0;
  int apart = world == WORLD_APART ? CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS : 0;
  if (unshare(CLONE_NEWPID | CLONE_NEWNS | apart)) return say_errno("cannot make namespaces");
  pid_t first = fork();
  if (first < 0) return say_errno("cannot fork");
  if (first) _exit(stay_behind(first));
  // CRIU reads /proc, and it must be that of the new pid namespace; nothing of it may be seen outside. What is mounted outside from
  // now on is to be seen by a task that is not apart.
  if (mount("none", "/", NULL, MS_REC | (apart ? MS_PRIVATE : MS_SLAVE), NULL)) return say_errno("cannot keep mounts apart");
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) return say_errno("cannot mount /proc");
  if (apart) return bring_network_up();
  ctty_show(terminal, "/dev/tty");
  return 0;
}
