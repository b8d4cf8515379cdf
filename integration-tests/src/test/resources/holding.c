// holding KIND COMMAND...: runs a command with a descriptor that no checkpoint can hold.
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/kvm.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

// A connection whose other end is held by a process that is no part of the task.
static int unix_connection(int type) {
  int pair[2];
  if (socketpair(AF_UNIX, type, 0, pair)) err(3, "socketpair");
  pid_t child = fork();
  if (!child) {
    close(pair[1]);
    return pair[0];
  }
  close(pair[0]);
  waitpid(child, NULL, 0);
  _exit(0);
}

static int perf_event(void) {
  struct perf_event_attr clock = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof clock, .config = PERF_COUNT_SW_CPU_CLOCK, .disabled = 1};
  return (int)syscall(SYS_perf_event_open, &clock, 0, -1, -1, 0);
}

static int bpf_map(void) {
  union bpf_attr array = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
  return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &array, sizeof array);
}

// return 0
static int bpf_program(void) {
  struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
  union bpf_attr filter = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                           .insns = (uintptr_t)code,
                           .insn_cnt = 2,
                           .license = (uintptr_t) "Apache-2.0"};
  return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &filter, sizeof filter);
}

// A virtual machine, or its first processor alone.
static int virtual_machine(int processor) {
  int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (kvm < 0) return -1;
  int machine = ioctl(kvm, KVM_CREATE_VM, 0);
  close(kvm);
  if (machine < 0 || !processor) return machine;
  int fd = ioctl(machine, KVM_CREATE_VCPU, 0);
  close(machine);
  return fd;
}

static int message_queue(void) {
  struct mq_attr one = {.mq_maxmsg = 1, .mq_msgsize = 8};
  int queue = mq_open("/sojourn-holding", O_CREAT | O_RDWR, 0600, &one);
  mq_unlink("/sojourn-holding");
  return queue;
}

// With something in it: CRIU might take it for an empty file else.
static int secret_memory(void) {
  int fd = (int)syscall(SYS_memfd_secret, 0);
  if (fd >= 0 && ftruncate(fd, 4096)) err(3, "ftruncate");
  return fd;
}

// Of one that is no part of the task.
static int process(void) {
  pid_t child = fork();
  if (!child) return (int)syscall(SYS_pidfd_open, getppid(), 0);
  waitpid(child, NULL, 0);
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *kind = argv[1];
  char parameters[256] = {0};
  int fd = -1;
  if (!strcmp(kind, "io_uring")) fd = (int)syscall(SYS_io_uring_setup, 4, parameters);
  if (!strcmp(kind, "userfaultfd")) fd = (int)syscall(SYS_userfaultfd, O_NONBLOCK);
  if (!strcmp(kind, "mptcp")) fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
  if (!strcmp(kind, "unix")) fd = unix_connection(SOCK_STREAM);
  if (!strcmp(kind, "unix_datagrams")) fd = unix_connection(SOCK_DGRAM);
  if (!strcmp(kind, "unix_packets")) fd = unix_connection(SOCK_SEQPACKET);
  if (!strcmp(kind, "vsock")) fd = socket(AF_VSOCK, SOCK_STREAM, 0);
  if (!strcmp(kind, "perf_event")) fd = perf_event();
  if (!strcmp(kind, "bpf_map")) fd = bpf_map();
  if (!strcmp(kind, "bpf_program")) fd = bpf_program();
  if (!strcmp(kind, "kvm_machine")) fd = virtual_machine(0);
  if (!strcmp(kind, "kvm_processor")) fd = virtual_machine(1);
  if (!strcmp(kind, "filesystem")) fd = (int)syscall(SYS_fsopen, "tmpfs", 0);
  if (!strcmp(kind, "message_queue")) fd = message_queue();
  if (!strcmp(kind, "secret_memory")) fd = secret_memory();
  if (!strcmp(kind, "process")) fd = process();
  if (*kind == '/') fd = open(kind, O_RDWR);
  // What this kernel does not offer cannot be held.
  if (fd < 0) err(77, "%s", kind);
  if (fcntl(fd, F_SETFD, 0)) err(3, "fcntl");
  execvp(argv[2], argv + 2);
  err(3, "%s", argv[2]);
}
