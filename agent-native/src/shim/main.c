// ckpt-shim: the parent of a restored task, and the keeper of what a frozen one left open. Small, as one stays for each.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate.h"
#include "hold.h"
#include "inherit.h"
#include "run.h"

static int usage(void) {
  fputs("usage: ckpt-shim run --status FILE --pid-file FILE [--open N:PATH]... [--clone] [--last-pid PID] -- CRIU restore ...\n"
        "       ckpt-shim hold PID FD...\n"
        "run restores a task and stays as its parent; hold keeps descriptors of a process open.\n",
        stderr);
  return 2;
}

static int run_mode(int argc, char **argv) {
  static const struct option options[] = {{"status", required_argument, NULL, 's'}, {"pid-file", required_argument, NULL, 'p'},
                                          {"open", required_argument, NULL, 'o'},   {"clone", no_argument, NULL, 'c'},
                                          {"last-pid", required_argument, NULL, 'l'}, {NULL, 0, NULL, 0}};
  struct run order = {0};
  for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
    if (option == 's')
      order.status_file = optarg;
    else if (option == 'p')
      order.pid_file = optarg;
    else if (option == 'c')
      order.clone = true;
    else if (option == 'l')
      order.last_pid = atoi(optarg);
    else if (option != 'o')
      return usage();
    else if (inherit_open(optarg))
      return 1;
  }
  order.command = argv + optind;
  return order.status_file && order.pid_file && *order.command ? run(&order) : usage();
}

int main(int argc, char **argv) {
  const char *action = getenv("CRTOOLS_SCRIPT_ACTION");
  if (argc == 1 && action) return gate(action);
  // Whatever our parent left open by mistake would stay open for as long as the task lives.
  close_range(3, ~0u, 0);
  if (argc > 1 && !strcmp(argv[1], "run")) return run_mode(argc - 1, argv + 1);
  if (argc > 3 && !strcmp(argv[1], "hold") && atoi(argv[2]) > 0) return hold(atoi(argv[2]), argv + 3, argc - 3);
  return usage();
}
