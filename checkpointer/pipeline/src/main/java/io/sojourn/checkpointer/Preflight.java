package io.sojourn.checkpointer;

import io.sojourn.engine.criu.CriuCommand;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Mapping;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.SocketProbe;
import io.sojourn.engine.linux.UnixSocket;
import io.sojourn.engine.operation.OperationException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Refuses, before anything is touched, what could not be put into an image or not be taken out of
 * it again.
 */
final class Preflight {
  private static final int MAJOR_MEMORY = 1;
  private static final int MAJOR_TTY = 5;
  private static final int FIRST_PTY = 136;
  private static final int LAST_PTY = 143;

  private static final int AF_UNIX = 1;

  /** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK and AF_PACKET: CRIU has no image for others. */
  private static final Set<Integer> FAMILIES = Set.of(AF_UNIX, 2, 10, 16, 17);

  /** The parent of restored tasks. */
  private static final String SHIM = "ckpt-shim";

  private static final Map<String, String> KINDS =
      Map.of(
          "[io_uring]",
              "an io_uring; run the program without it (Netty: -Dio.netty.transport.noNative=true"
                  + " or use epoll)",
          "[userfaultfd]", "a userfaultfd; it cannot be carried over: run the program without it",
          "[perf_event]", "a perf event; end the profiler first",
          "bpf-map", "a BPF map; end the tracer first",
          "bpf-prog", "a BPF program; end the tracer first",
          "bpf_link", "a BPF link; end the tracer first",
          "kvm-vm", "a virtual machine; it cannot be carried over: end it first",
          "kvm-vcpu", "a virtual machine's processor; it cannot be carried over: end it first");

  /** Files without a name that CRIU has an image for. */
  private static final Set<String> CARRIED =
      Set.of(
          "[eventfd]",
          "[eventpoll]",
          "[signalfd]",
          "[timerfd]",
          "inotify",
          "[fanotify]",
          "[pidfd]");

  private static final String CLOSE_BEFORE =
      "have the program close it before (CRaC: beforeCheckpoint), or run it without";
  private static final String CLOSE_OR_TCP =
      "have the program close it before (CRaC: beforeCheckpoint), or use TCP";
  private static final String NAMELESS = "anon_inode:";

  private final TaskFacts facts;
  private final long ghostLimitBytes;

  /** To processes outside of the task, by inode. */
  private final Map<Long, UnixConnection> connections;

  private Preflight(TaskFacts facts, long ghostLimitBytes, Map<Long, UnixConnection> connections) {
    this.facts = facts;
    this.ghostLimitBytes = ghostLimitBytes;
    this.connections = connections;
  }

  /** Throws the first reason that the program can do nothing about. */
  static void processes(TaskFacts facts) {
    new Preflight(facts, 0, Map.of()).processes();
  }

  /** Throws the first reason in what the program has open or mapped. */
  static void open(TaskFacts facts, long ghostLimitBytes) {
    Preflight preflight = new Preflight(facts, ghostLimitBytes, UnixConnection.toOthers(facts));
    facts.descriptors().forEach(preflight::descriptor);
    facts
        .mappings()
        .forEach((pid, mappings) -> mappings.forEach(mapping -> preflight.mapping(pid, mapping)));
  }

  private void processes() {
    for (int pid : facts.processes())
      try {
        process(pid);
      } catch (OperationException refused) {
        // The kernel shows nothing of one that has ended, which looks as if it lived elsewhere.
        if (!Proc.namespace(pid, "mnt").isEmpty()) throw refused;
        if (pid == facts.root())
          throw OperationException.refused(
              "process " + pid + " of the task has ended meanwhile", "see how: ckpt ps " + pid);
      }
  }

  private void process(int pid) {
    int self = (int) ProcessHandle.current().pid();
    for (String kind : List.of("mnt", "net", "pid"))
      if (!Proc.namespace(pid, kind).equals(Proc.namespace(self, kind)))
        throw isClone(pid, self) ? clone(pid) : elsewhere(pid, kind);
    if (!CriuCommand.readsLimits(facts.processes().get(0), pid))
      throw OperationException.refused(
          name(pid)
              + " has another user or group than the task, and the node daemon lacks"
              + " CAP_SYS_RESOURCE, so that CRIU cannot read its limits",
          "run the daemon with that capability (docker run --cap-add SYS_RESOURCE)");
    if (Proc.session(pid) == 0)
      throw OperationException.refused(
          name(pid)
              + " is in a session whose leader lives outside of this pid namespace (whoever"
              + " entered it started the program in the session they came with), and CRIU"
              + " cannot restore that",
          "start the program in a session of its own: setsid java ...");
    char state = Proc.state(pid);
    if (state == 'T' || state == 't')
      throw OperationException.refused(
          name(pid) + " is stopped by a signal or a debugger",
          "let it run: kill -CONT " + pid + ", or end the debugger");
  }

  private static OperationException elsewhere(int pid, String kind) {
    return OperationException.refused(
        name(pid) + " lives in another " + kind + " namespace than the node daemon",
        "run the daemon where the task runs (inside its container)");
  }

  /** Its parent is the first process of a pid namespace, and the child of one of ours outside. */
  private static boolean isClone(int pid, int self) {
    int first = Proc.parent(pid), outer = Proc.parent(first);
    return Proc.innermostPid(first) == 1
        && Proc.command(first).equals(SHIM)
        && Proc.command(outer).equals(SHIM)
        && Proc.namespace(outer, "pid").equals(Proc.namespace(self, "pid"));
  }

  private static OperationException clone(int pid) {
    return OperationException.refused(
        name(pid)
            + " is a clone: it lives in namespaces of its own, and no image is made out of these",
        "freeze the task that it is a clone of; a clone that is not needed any more can be ended"
            + " (kill "
            + pid
            + ") and be made again from its image");
  }

  private void descriptor(Descriptor descriptor) {
    if (descriptor.target().startsWith(NAMELESS)) nameless(descriptor);
    else if (descriptor.isSocket()) socket(descriptor);
    else if (descriptor.target().startsWith("/")) file(descriptor);
  }

  /** Of what the kernel has no name for but its kind: that which is not known is not carried. */
  private void nameless(Descriptor descriptor) {
    String kind = descriptor.target().substring(NAMELESS.length());
    if (CARRIED.contains(kind)) {
      process(descriptor);
      return;
    }
    // The kernel numbers processors: "kvm-vcpu:0".
    String known = KINDS.get(kind.replaceFirst(":\\d+$", ""));
    if (known == null)
      throw OperationException.refused(
          where(descriptor) + " is of a kind that no image can hold: " + kind, CLOSE_BEFORE);
    int cut = known.indexOf("; ");
    throw OperationException.refused(
        where(descriptor) + " is " + known.substring(0, cut), known.substring(cut + 2));
  }

  private void process(Descriptor descriptor) {
    int other = descriptor.process();
    if (other != 0 && !facts.processes().contains(other))
      throw OperationException.refused(
          where(descriptor) + " stands for " + name(other) + ", which is not part of the task",
          CLOSE_BEFORE);
  }

  private void file(Descriptor descriptor) {
    if (descriptor.isSecretMemory())
      throw OperationException.refused(
          where(descriptor) + " is secret memory (memfd_secret), which nobody can read",
          CLOSE_BEFORE);
    if (descriptor.isMessageQueue())
      throw OperationException.refused(
          where(descriptor) + " is the message queue " + descriptor.path(), CLOSE_BEFORE);
    if (descriptor.hidden())
      throw OperationException.refused(
          where(descriptor)
              + " is "
              + descriptor.target()
              + ", which is not what is found under that name: something is mounted over it",
          "unmount that, or have the program close the file before (CRaC: beforeCheckpoint)");
    if (TerminalCensus.leadsNowhere(facts, descriptor))
      throw OperationException.refused(
          where(descriptor) + " is /dev/tty, and nothing of the task is at its terminal itself",
          "start it with its input, output or errors at the terminal, or " + CLOSE_BEFORE);
    descriptor
        .status()
        .ifPresent(
            status -> {
              if (status.blockDevice() || (status.characterDevice() && !supported(status.major())))
                throw unsupportedDevice(descriptor);
            });
    descriptor
        .deletedFile()
        .ifPresent(file -> ghost(where(descriptor), descriptor.path(), file.size()));
  }

  private static boolean supported(int major) {
    return major == MAJOR_MEMORY || major == MAJOR_TTY || (major >= FIRST_PTY && major <= LAST_PTY);
  }

  private static OperationException unsupportedDevice(Descriptor descriptor) {
    return OperationException.refused(
        where(descriptor)
            + " is the device "
            + descriptor.path()
            + ", whose state lies in its driver",
        CLOSE_BEFORE);
  }

  private void mapping(int pid, Mapping mapping) {
    if (mapping.secret())
      throw OperationException.refused(
          name(pid) + " has secret memory (memfd_secret) mapped, which nobody can read",
          CLOSE_BEFORE);
    if (mapping.path().startsWith("/dev/")
        && !mapping.path().startsWith("/dev/shm/")
        && !mapping.path().startsWith("/dev/zero"))
      throw OperationException.refused(
          name(pid)
              + " has the device "
              + mapping.plainPath()
              + " mapped, whose state lies in its driver",
          "have the program unmap it before (CRaC: beforeCheckpoint), or run it without");
  }

  private void ghost(String where, String path, long size) {
    if (size > ghostLimitBytes)
      throw OperationException.refused(
          where
              + " is the deleted file "
              + path
              + " of "
              + size
              + " bytes, which would have to go into the image; the limit is "
              + ghostLimitBytes,
          "raise it: --ghost-limit=" + (size + (1 << 20) - 1 >> 20) + "M");
  }

  private void socket(Descriptor descriptor) {
    UnixSocket unix = facts.unixSockets().get(descriptor.inode());
    if (unix != null) {
      unixSocket(descriptor, unix);
      return;
    }
    InternetSocket internet = facts.internetSockets().get(descriptor.inode());
    if (internet != null) return;
    SocketProbe.family(descriptor)
        .ifPresent(
            family -> {
              if (!FAMILIES.contains(family))
                throw OperationException.refused(
                    where(descriptor)
                        + " is a socket of address family "
                        + family
                        + ", which no image can hold",
                    CLOSE_BEFORE);
              if (family == AF_UNIX && isElsewhere(descriptor))
                throw unixConnection(
                    descriptor,
                    SocketProbe.peerPid(descriptor).orElse(0),
                    "which has made it from another network (a container's)",
                    CLOSE_OR_TCP);
            });
    SocketProbe.protocol(descriptor)
        .ifPresent(
            protocol -> {
              if (protocol == SocketProbe.IPPROTO_MPTCP)
                throw OperationException.refused(
                    where(descriptor) + " is a Multipath TCP socket",
                    "run the program without MPTCP (mptcpize, net.mptcp.enabled=0)");
            });
  }

  /**
   * The kernel counts an accepted unix connection to the network of who has made it: CRIU does not
   * find it. Asked once more, as a list that is read while it changes may lack something.
   */
  private boolean isElsewhere(Descriptor socket) {
    return !UnixSocket.inNamespaceOf(facts.root()).containsKey(socket.inode())
        && Descriptor.of(socket.pid(), socket.number()).target().equals(socket.target());
  }

  private void unixSocket(Descriptor descriptor, UnixSocket unix) {
    UnixConnection outside = connections.get(unix.inode());
    if (outside != null) unixConnection(descriptor, outside);
    if (!unix.connected() || !unix.datagrams() || SocketProbe.closedByPeer(descriptor)) return;
    SocketProbe.peerPid(descriptor)
        .ifPresent(
            peer -> {
              if (!facts.processes().contains(peer))
                throw unixConnection(
                    descriptor, peer, "which is not part of the task", CLOSE_OR_TCP);
            });
  }

  /** A stream to somebody outside is carried; what else it may have with it is not. */
  private void unixConnection(Descriptor descriptor, UnixConnection one) {
    int peer = SocketProbe.peerPid(descriptor).orElse(0);
    if (!one.socket().stream())
      throw unixConnection(descriptor, peer, "which is not part of the task", CLOSE_OR_TCP);
    if (!one.accepted())
      throw unixConnection(descriptor, peer, "which has not accepted it yet", "try once more");
    if (one.peer() == null)
      throw unixConnection(descriptor, peer, "which is in another network", CLOSE_OR_TCP);
    if (one.first().inFlight() > 0)
      throw unixConnection(
          descriptor, peer, "which has sent descriptors that are not read yet", "try once more");
    if (one.first().pid() != facts.root())
      throw unixConnection(
          descriptor, peer, "which only a child of the task's JVM has", CLOSE_BEFORE);
  }

  private static OperationException unixConnection(
      Descriptor descriptor, int peer, String why, String mend) {
    return OperationException.refused(
        where(descriptor)
            + " is a unix connection to "
            + (peer == 0 ? "a process" : name(peer))
            + ", "
            + why,
        mend);
  }

  private static String where(Descriptor descriptor) {
    return "descriptor " + descriptor.number() + " of " + name(descriptor.pid());
  }

  private static String name(int pid) {
    String command = Proc.command(pid);
    return command.isEmpty() ? "process " + pid : "process " + pid + " (" + command + ")";
  }
}
