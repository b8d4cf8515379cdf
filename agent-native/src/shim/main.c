// ckpt-shim: the parent of a restored task, and the keeper of what a frozen one left open. Small, as one stays for each.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../become/become.h"
#include "../become/fresh.h"
#include "ctty.h"
#include "fence.h"
#include "gate.h"
#include "hold.h"
#include "inherit.h"
#include "run.h"

static int usage(void) {
  fputs("usage: ckpt-shim run --status FILE --pid-file FILE [--open N[,FLAGS]:PATH]... [--open-there N[,FLAGS]:PATH]... [--clone|--beside] [--terminal PATH] [--last-pid PID] -- CRIU restore ...\n"
        "       ckpt-shim run --status FILE --pid-file FILE --guest DIRECTORY --host-name NAME --criu DIRECTORY [--terminal PATH] -- CRIU restore ...\n"
        "       ckpt-shim hold PID FD...\n"
        "       ckpt-shim fence PID START FILE\n"
        "       ckpt-shim become PID --socket FILE --task ID --incarnation N [--thaw CGROUP.FREEZE]\n"
        "                 [--in-image SIGNAL:COUNT,...] [--came SIGNAL,...] -- CKPT-DEPUTY\n"
        "       ckpt-shim deputy --socket FILE --task ID --incarnation N [--pid PID] [--uid N] [--gid N] [--group N]... -- CKPT-DEPUTY\n"
        "run restores a task and stays as its parent (--clone: in namespaces of its own; --beside: next to its deputy, which has its\n"
        "number; --guest: in a world that looks like its home); hold keeps descriptors of a process open; fence\n"
        "ends a task at the time that a file names; become turns a process that is stopped into its deputy; deputy starts one\n"
        "that was nobody before.\n",
        stderr);
  return 2;
}

static int run_mode(int argc, char **argv) {
  static const struct option options[] = {{"status", required_argument, NULL, 's'}, {"pid-file", required_argument, NULL, 'p'},
                                          {"open", required_argument, NULL, 'o'},   {"clone", no_argument, NULL, 'c'},
                                          {"beside", no_argument, NULL, 'b'},       {"last-pid", required_argument, NULL, 'l'},
                                          {"guest", required_argument, NULL, 'g'},  {"host-name", required_argument, NULL, 'h'},
                                          {"criu", required_argument, NULL, 'i'},   {"terminal", required_argument, NULL, 't'},
                                          {"open-there", required_argument, NULL, 'O'},
                                          {NULL, 0, NULL, 0}};
  struct run order = {0};
  for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
    if (option == 's')
      order.status_file = optarg;
    else if (option == 'p')
      order.pid_file = optarg;
    else if (option == 'c')
      order.world = WORLD_APART;
    else if (option == 'b')
      order.world = WORLD_PIDS;
    else if (option == 'l')
      order.last_pid = atoi(optarg);
    else if (option == 'g')
      order.guest.directory = optarg;
    else if (option == 'h')
      order.guest.host_name = optarg;
    else if (option == 'i')
      order.guest.criu = optarg;
    else if (option == 't')
      order.terminal = order.guest.terminal = ctty_name(optarg);
    else if (option == 'O' && order.there_count < MOST_THERE)
      order.there[order.there_count++] = optarg;
    else if (option != 'o')
      return usage();
    else if (inherit_open(optarg))
      return 1;
  }
  order.command = argv + optind;
  if (order.guest.directory && !(order.guest.host_name && order.guest.criu)) return usage();
  return order.status_file && order.pid_file && *order.command ? run(&order) : usage();
}

static int become_mode(int argc, char **argv) {
  static const struct option options[] = {{"socket", required_argument, NULL, 's'},
                                          {"task", required_argument, NULL, 't'},
                                          {"incarnation", required_argument, NULL, 'i'},
                                          {"thaw", required_argument, NULL, 'f'},
                                          {"in-image", required_argument, NULL, 'm'},
                                          {"came", required_argument, NULL, 'c'},
                                          {NULL, 0, NULL, 0}};
  struct become order = {.pid = argc > 1 ? atoi(argv[1]) : 0};
  if (order.pid <= 1) return usage();
  optind = 2;
  for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
    if (option == 's')
      order.socket = optarg;
    else if (option == 't')
      order.task = optarg;
    else if (option == 'i')
      order.incarnation = optarg;
    else if (option == 'f')
      order.thaw = optarg;
    else if (option == 'm')
      order.in_image = optarg;
    else if (option == 'c')
      order.came = optarg;
    else
      return usage();
  }
  order.program = argv[optind];
  return order.socket && order.task && order.incarnation && order.program ? become(&order) : usage();
}

#define MOST_GROUPS 1024

static int fresh_mode(int argc, char **argv) {
  static const struct option options[] = {
      {"socket", required_argument, NULL, 's'}, {"task", required_argument, NULL, 't'}, {"incarnation", required_argument, NULL, 'i'},
      {"pid", required_argument, NULL, 'p'},    {"uid", required_argument, NULL, 'u'},  {"gid", required_argument, NULL, 'g'},
      {"group", required_argument, NULL, 'a'},  {NULL, 0, NULL, 0}};
  static gid_t groups[MOST_GROUPS];
  struct fresh order = {.groups = groups, .uid = getuid(), .gid = getgid()};
  for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
    if (option == 's')
      order.socket = optarg;
    else if (option == 't')
      order.task = optarg;
    else if (option == 'i')
      order.incarnation = optarg;
    else if (option == 'p')
      order.pid = atoi(optarg);
    else if (option == 'u')
      order.uid = (uid_t)strtoul(optarg, NULL, 10);
    else if (option == 'g')
      order.gid = (gid_t)strtoul(optarg, NULL, 10);
    else if (option == 'a' && order.group_count < MOST_GROUPS)
      groups[order.group_count++] = (gid_t)strtoul(optarg, NULL, 10);
    else
      return usage();
  }
  order.program = argv[optind];
  return order.socket && order.task && order.incarnation && order.program ? fresh(&order) : usage();
}

int main(int argc, char **argv) {
  const char *action = getenv("CRTOOLS_SCRIPT_ACTION");
  if (argc == 1 && action) return gate(action);
  // Whatever our parent left open by mistake would stay open for as long as the task lives.
  close_range(3, ~0u, 0);
  if (argc > 1 && !strcmp(argv[1], "run")) return run_mode(argc - 1, argv + 1);
  if (argc > 3 && !strcmp(argv[1], "hold") && atoi(argv[2]) > 0) return hold(atoi(argv[2]), argv + 3, argc - 3);
  if (argc == 5 && !strcmp(argv[1], "fence") && atoi(argv[2]) > 1) return fence(atoi(argv[2]), strtoull(argv[3], NULL, 10), argv[4]);
  if (argc > 1 && !strcmp(argv[1], "become")) return become_mode(argc - 1, argv + 1);
  if (argc > 1 && !strcmp(argv[1], "deputy")) return fresh_mode(argc - 1, argv + 1);
  return usage();
}
