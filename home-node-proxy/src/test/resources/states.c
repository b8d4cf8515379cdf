// Brings itself into a state that no Java program or shell gets into by itself, says "ready", and waits: states STATE [ARGUMENT]
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

static void *wait_for_ever(void *said) {
  if (said) puts(said);
  for (;;) pause();
}

// Descriptors that close on exec, and some that do not.
static void closing(int count) {
  for (int i = 0; i < count; i++)
    if (open("/dev/null", O_RDONLY | (i % 3 ? O_CLOEXEC : 0)) < 0) exit(1);
}

// A filter that allows everything.
static void confined(void) {
  struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
  struct sock_fprog program = {1, &allow};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) exit(1);
}

// Its first thread ends, and another goes on.
static void leaderless(void) {
  pthread_t other;
  if (pthread_create(&other, NULL, wait_for_ever, "ready")) exit(1);
  pthread_exit(NULL);
}

// Its alarm stays pending, also where it rings before somebody stops it.
static void ringing(unsigned seconds) {
  sigset_t alarms;
  sigemptyset(&alarms);
  sigaddset(&alarms, SIGALRM);
  if (sigprocmask(SIG_BLOCK, &alarms, NULL)) exit(1);
  alarm(seconds);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char *state = argc > 1 ? argv[1] : "";
  int argument = argc > 2 ? atoi(argv[2]) : 0;
  if (!strcmp(state, "closing")) closing(argument);
  if (!strcmp(state, "confined")) confined();
  if (!strcmp(state, "leaderless")) leaderless();
  if (!strcmp(state, "ringing")) ringing((unsigned)argument);
  if (!strcmp(state, "tracing") && ptrace(PTRACE_SEIZE, argument, 0, 0)) return 1;
  if (!strcmp(state, "trapless")) signal(SIGTRAP, SIG_IGN);
  if (!strcmp(state, "unwritable-code") && prctl(65 /* PR_SET_MDWE */, 1, 0, 0, 0)) return 1;
  wait_for_ever("ready");
}
