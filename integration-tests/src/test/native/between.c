#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Loaded into CRIU: stops it after it has asked how long the queues of a connection are, and before it reads them, which begins with the one
// of what was received. Once, at the first connection with something in its send queue.
int setsockopt(int socket, int level, int name, const void *value, socklen_t length) {
  static int stopped;
  int unacknowledged = 0;
  if (!stopped && level == IPPROTO_TCP && name == TCP_REPAIR_QUEUE && *(const int *)value == TCP_RECV_QUEUE &&
      !ioctl(socket, SIOCOUTQ, &unacknowledged) && unacknowledged) {
    stopped = 1;
    raise(SIGSTOP);
  }
  return (int)syscall(SYS_setsockopt, socket, level, name, value, length);
}
