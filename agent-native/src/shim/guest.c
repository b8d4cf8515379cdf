#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctty.h"
#include "say.h"

// How often it is looked whether the server is there: it can end without anything of it being closed.
#define LOOK_MILLIS 1000

static int bind_on(const char *source, const char *target, unsigned long more) {
  return mount(source, target, NULL, MS_BIND | more, NULL) ? say_errno("cannot mount %s on %s", source, target) : 0;
}

static int device(const char *name) {
  char source[32], target[32];
  snprintf(source, sizeof source, "/dev/%s", name);
  snprintf(target, sizeof target, "root/dev/%s", name);
  int node = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (node < 0) return say_errno("cannot make %s", target);
  close(node);
  return bind_on(source, target, 0);
}

// Devices are this machine's own.
static int devices(const struct guest *guest) {
  static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};
  if (mount("dev", "root/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=0755")) return say_errno("cannot mount the guest's /dev");
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
    if (device(nodes[i])) return 1;
  ctty_show(guest->terminal, "root/dev/tty");
  if (mkdir("root/dev/pts", 0755) || mkdir("root/dev/shm", 0) || chmod("root/dev/shm", 01777) || mkdir("root" GUEST_PLACE, 0700) ||
      symlink("pts/ptmx", "root/dev/ptmx") || symlink("/proc/self/fd", "root/dev/fd") || symlink("fd/0", "root/dev/stdin") ||
      symlink("fd/1", "root/dev/stdout") || symlink("fd/2", "root/dev/stderr"))
    return say_errno("cannot fill the guest's /dev");
  if (mount("devpts", "root/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"))
    return say_errno("cannot mount the guest's /dev/pts");
  return bind_on(guest->directory, "root" GUEST_PLACE, 0) || bind_on(guest->criu, "root" GUEST_PLACE "/criu", 0);
}

static int furnish(const struct guest *guest) {
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) return say_errno("cannot keep mounts apart");
  if (chdir(guest->directory)) return say_errno("cannot go to %s", guest->directory);
  if (devices(guest) || bind_on("/sys", "root/sys", MS_REC)) return 1;
  if (mount("proc", "root/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) return say_errno("cannot mount the guest's /proc");
  // Both on one place: the old root lies on top then, and is let go of (pivot_root(2)).
  if (chdir("root") || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/"))
    return say_errno("cannot make home's files the root");
  return sethostname(guest->host_name, strlen(guest->host_name)) ? say_errno("cannot take home's name") : 0;
}

// Who serves the world's files.
struct server {
  int process; // its directory in /proc
  int files;   // the root of the mount that it serves
};

static int find_server(const struct guest *guest, struct server *server) {
  char path[4096];
  snprintf(path, sizeof path, "/proc/%d", (int)getppid());
  server->process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  snprintf(path, sizeof path, "%s/root", guest->directory);
  server->files = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return server->process < 0 || server->files < 0 ? say_errno("cannot see who serves the world") : 0;
}

// Also where one of its threads cannot end, and so keeps all open that it had.
static int has_ended(const struct server *server) {
  char stat[512];
  int file = openat(server->process, "stat", O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, stat, sizeof stat - 1);
  if (file >= 0) close(file);
  if (length < 0) return 1;
  stat[length] = 0;
  const char *name_end = strrchr(stat, ')');
  return name_end && (name_end[2] == 'Z' || name_end[2] == 'X');
}

// A thread of the server's may have been telling the kernel of a change in a directory, for which it waits until somebody here is
// answered who has that directory locked. Neither can end before the other, and nobody answers any more: so the file system is aborted.
static void abort_files(const struct server *server) {
  // It stays mounted, as the root of everything here; that it was to be unmounted by force is enough.
  if (!fchdir(server->files)) umount2(".", MNT_FORCE);
}

// Nothing in the world may outlive who serves its files and connections.
static int stay_behind(pid_t first, const struct server *server) {
  printf("world %d\n", (int)first);
  fflush(stdout);
  // Nothing else that was inherited stays open: its end is waited for.
  const struct server kept = {.process = dup2(server->process, STDOUT_FILENO), .files = dup2(server->files, STDERR_FILENO)};
  int pidfd = dup2((int)syscall(SYS_pidfd_open, first, 0), STDERR_FILENO + 1);
  close_range((unsigned)pidfd + 1, ~0u, 0);
  struct pollfd ends[] = {{.fd = STDIN_FILENO}, {.fd = pidfd, .events = POLLIN}};
  while (poll(ends, 2, LOOK_MILLIS) <= 0 && !has_ended(&kept)) continue;
  if (!ends[1].revents) {
    kill(first, SIGKILL);
    if (has_ended(&kept)) abort_files(&kept);
  }
  while (waitpid(first, NULL, 0) < 0 && errno == EINTR) continue;
  return 0;
}

int guest_enter(const struct guest *guest) {
  struct server server;
  if (find_server(guest, &server)) return 1;
  // Ours, as this process stays behind: it has the terminal for as long as the world is there.
  ctty_own(guest->terminal);
  if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC)) return say_errno("cannot make namespaces");
  pid_t first = fork();
  if (first < 0) return say_errno("cannot fork");
  if (first) _exit(stay_behind(first, &server));
  close(server.process);
  close(server.files);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL)) return say_errno("cannot be ended with the node");
  return furnish(guest);
}
