package io.sojourn.checkpointer;

import io.sojourn.engine.control.Collected;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.UnixSocket;
import io.sojourn.protocol.image.Jvm;
import io.sojourn.protocol.image.Machine;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.image.Process;
import io.sojourn.protocol.image.Socket;
import io.sojourn.protocol.image.SocketSetting;
import io.sojourn.protocol.image.TaskIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Gathers what a manifest says. */
final class ManifestWriter {
  private ManifestWriter() {}

  /** Who the task is and where it ran. */
  static Manifest.Builder begin(ControlBlock task, String taskName, String node, Observation seen) {
    TaskFacts facts = seen.facts();
    int pid = facts.root();
    int[] owner = Proc.owner(pid);
    Manifest.Builder manifest =
        Manifest.newBuilder()
            .setVersion(ImageDirectory.VERSION)
            .setCreatedEpochMillis(System.currentTimeMillis())
            .setTask(
                TaskIdentity.newBuilder()
                    .setId(task.id())
                    .setName(taskName)
                    .setPid(Proc.innermostPid(pid))
                    .setUid(owner[0])
                    .setGid(owner[1])
                    .setMainClass(task.mainClass())
                    .setIncarnation(task.incarnation())
                    .setHome(node)
                    .addAllCommandLine(Proc.commandLine(pid))
                    .setWorkingDirectory(Proc.workingDirectory(pid))
                    .setOptions(task.options())
                    .addAllGroups(IntStream.of(Proc.groups(pid)).boxed().toList()))
            .setJvm(
                Jvm.newBuilder()
                    .setVersion(task.jvm())
                    .setJavaHome(Proc.executable(pid).replaceAll("/bin/[^/]*$", ""))
                    .setCollector(task.collector())
                    .setHeapUsedBytes(task.heapUsedBytes())
                    .setHeapCommittedBytes(task.heapCommittedBytes())
                    .setTrimmedBytes(task.trimmedBytes())
                    .setCollected(task.collected() != Collected.NONE))
            .setMachine(
                machine(node)
                    .setMonotonicNanos(seen.monotonicNanos())
                    .setBoottimeNanos(seen.boottimeNanos()));
    for (int each : facts.processes())
      manifest.addProcesses(
          Process.newBuilder()
              .setPid(Proc.innermostPid(each))
              .setParent(Proc.innermostPid(Proc.parent(each)))
              .setCommand(Proc.command(each))
              .setThreads(Proc.threads(each).size()));
    return manifest;
  }

  /** This one, without clocks. */
  static Machine.Builder machine(String node) {
    return Machine.newBuilder()
        .setNode(node)
        .setKernel(Cpu.kernel())
        .setArchitecture(System.getProperty("os.arch", ""))
        .setBootId(Cpu.bootId())
        .addAllCpuFeatures(Cpu.features())
        .setCpuModel(Cpu.model());
  }

  static List<Socket> sockets(TaskFacts facts, Map<Long, List<SocketSetting>> settings) {
    List<Socket> sockets = new ArrayList<>();
    Set<Long> seen = new java.util.LinkedHashSet<>(facts.socketInodes());
    for (long inode : seen) {
      Socket.Builder socket = Socket.newBuilder().setInode(inode);
      List<Descriptor> open =
          facts.descriptors().stream().filter(d -> d.isSocket() && d.inode() == inode).toList();
      open.forEach(d -> socket.addDescriptors(d.number()));
      socket.setPid(Proc.innermostPid(open.get(0).pid()));
      InternetSocket internet = facts.internetSockets().get(inode);
      UnixSocket unix = facts.unixSockets().get(inode);
      if (internet != null)
        socket
            .setProtocol(internet.protocol())
            .setState(internet.state())
            .setLocal(internet.local())
            .setRemote(internet.listening() ? "" : internet.remote())
            .setReceiveQueue(internet.receiveQueue())
            .setSendQueue(internet.sendQueue())
            .addAllSettings(settings.getOrDefault(inode, List.of()));
      else if (unix != null)
        socket
            .setProtocol("unix")
            .setState(unix.listening() ? "LISTEN" : unix.connected() ? "ESTABLISHED" : "CLOSE")
            .setLocal(unix.path());
      else socket.setProtocol("other");
      sockets.add(socket.build());
    }
    return sockets;
  }

  /** Every file in the directory with size and digest. */
  static List<Member> members(Path directory) {
    return each(directory, file -> sized(file).setDigest(digest(file)).build());
  }

  /** The same without reading them. */
  static List<Member> membersWithoutDigests(Path directory) {
    return each(directory, file -> sized(file).build());
  }

  private static List<Member> each(Path directory, Function<Path, Member> member) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList().parallelStream().map(member).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Member.Builder sized(Path file) {
    try {
      return Member.newBuilder().setName(file.getFileName().toString()).setSize(Files.size(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(Path file) {
    try {
      return Digest.of(file, count -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
