package io.sojourn.restore;

import io.sojourn.engine.criu.StreamKeys;
import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;

/**
 * The task's pipes, terminals and unix connections whose other end lies outside, found again. CRIU
 * is given an open descriptor for each, under the name that the image has for it.
 */
final class Streams {
  /**
   * One of them.
   *
   * @param key CRIU's name for it
   * @param source a path that opens it or shows it, or one of the words below
   */
  record Found(String key, String source) {}

  /** What stands for a pipe that is gone. */
  private static final String NOTHING = "/dev/null";

  /** What stands for a terminal that is gone, in the shim's words: a new one that nobody sees. */
  private static final String UNSEEN_TERMINAL = "terminal";

  /** What stands for a unix connection that is gone, in the shim's words: one that has ended. */
  private static final String ENDED_CONNECTION = "connection";

  /** Above what CRIU needs for itself at its start. */
  private static final int FIRST_DESCRIPTOR = 200;

  private final RestoreOrder order;
  private final Optional<StreamHolder> holder;

  private Streams(RestoreOrder order) {
    this.order = order;
    this.holder = StreamHolder.of(order);
  }

  /**
   * @throws OperationException refused, where the other end of one is gone and may not be missed
   */
  static List<Found> find(RestoreOrder order) {
    Streams streams = new Streams(order);
    return order.manifest().getStreamsList().stream().flatMap(streams::find).toList();
  }

  /** The shim opens them, CRIU passes them on. */
  static void arguments(List<Found> streams, List<String> shim, List<String> criu) {
    int number = FIRST_DESCRIPTOR;
    for (Found stream : streams) {
      shim.addAll(List.of("--open", number + ":" + stream.source()));
      criu.addAll(List.of("--inherit-fd", "fd[" + number + "]:" + stream.key()));
      number++;
    }
  }

  /** By each name that the image may have for it. */
  private java.util.stream.Stream<Found> find(Stream stream) {
    if (stream.getKind().equals("unix")) return java.util.stream.Stream.of(connection(stream));
    boolean pipe = stream.getKind().equals("pipe");
    Optional<Path> source = pipe ? pipe(stream) : terminal(stream);
    if (source.isEmpty() && !order.options().streamsMayBeLost()) throw lost(stream);
    String opens = source.map(Path::toString).orElse(pipe ? NOTHING : UNSEEN_TERMINAL);
    return StreamKeys.of(stream).stream().map(key -> new Found(key, opens));
  }

  /** As a TCP connection of an image whose deputy is gone: it may end, and the program hears it. */
  private Found connection(Stream stream) {
    Optional<Path> held =
        order.options().asClone()
            ? Optional.empty()
            : holder.flatMap(process -> descriptor(process.pid(), stream.getKey()));
    return new Found(stream.getKey(), held.map(Path::toString).orElse(ENDED_CONNECTION));
  }

  /** A pipe lives as long as anybody has an end of it, and can be opened through any. */
  private Optional<Path> pipe(Stream stream) {
    Optional<Path> held = holder.flatMap(process -> descriptor(process.pid(), stream.getKey()));
    if (held.isPresent()) return held;
    if (otherBoot()) return Optional.empty();
    return ProcessHandle.allProcesses()
        .flatMap(process -> descriptor((int) process.pid(), stream.getKey()).stream())
        .findFirst();
  }

  private static Optional<Path> descriptor(int pid, String key) {
    return Descriptor.named(pid, key).map(Descriptor::reopen);
  }

  /** A terminal's number may have been given to another one, which is younger than the image. */
  private Optional<Path> terminal(Stream stream) {
    Path path = Path.of(stream.getPath());
    if (otherBoot()
        || !FileStatus.of(path).map(StreamKeys::terminal).equals(Optional.of(stream.getKey())))
      return Optional.empty();
    // While the holder has the terminal open, its number belongs to it.
    return holder.isPresent() || !younger(path) ? Optional.of(path) : Optional.empty();
  }

  private boolean younger(Path terminal) {
    try {
      FileTime made = (FileTime) Files.getAttribute(terminal, "unix:ctime");
      return made.toMillis() > order.manifest().getCreatedEpochMillis();
    } catch (IOException gone) {
      return true;
    }
  }

  /** Numbers of pipes and terminals begin anew with each boot. */
  private boolean otherBoot() {
    return !Cpu.bootId().equals(order.manifest().getMachine().getBootId());
  }

  private OperationException lost(Stream stream) {
    boolean pipe = stream.getKind().equals("pipe");
    return OperationException.refused(
        (pipe ? "the pipe" : "the terminal " + stream.getPath())
            + " that is descriptor "
            + stream.getDescriptors(0)
            + " of task "
            + order.taskName()
            + (pipe ? " has nobody at its other end any more" : " is gone"),
        "restore with --streams-may-be-lost: what the task writes there is thrown away");
  }
}
