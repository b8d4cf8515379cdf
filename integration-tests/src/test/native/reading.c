#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Loaded into CRIU: stops it before it reads the first connection's queues.
int setsockopt(int socket, int level, int name, const void *value, socklen_t length) {
  static int stopped;
  if (!stopped && level == IPPROTO_TCP && name == TCP_REPAIR_QUEUE) {
    stopped = 1;
    raise(SIGSTOP);
  }
  return (int)syscall(SYS_setsockopt, socket, level, name, value, length);
}
