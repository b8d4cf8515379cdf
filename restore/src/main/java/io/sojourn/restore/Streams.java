package io.sojourn.restore;

import io.sojourn.engine.criu.StreamKeys;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The task's pipes, FIFOs, terminals and unix connections whose other end lies outside, found
 * again. CRIU is given an open descriptor for each, under the name that the image has for it.
 */
final class Streams {
  /** What stands for a pipe that is gone. */
  private static final String NOTHING = "/dev/null";

  /** What stands for a terminal that is gone, in the shim's words: a new one that nobody sees. */
  private static final String UNSEEN_TERMINAL = "terminal";

  /** What stands for a unix connection that is gone, in the shim's words: one that has ended. */
  private static final String ENDED_CONNECTION = "connection";

  private final RestoreOrder order;
  private final Optional<StreamHolder> holder;
  private final List<Given> found = new ArrayList<>();

  private Streams(RestoreOrder order) {
    this.order = order;
    this.holder = StreamHolder.of(order);
  }

  /**
   * @throws OperationException refused, where the other end of one is gone and may not be missed
   */
  static List<Given> find(RestoreOrder order) {
    Streams streams = new Streams(order);
    order.manifest().getStreamsList().forEach(streams::find);
    return List.copyOf(streams.found);
  }

  private void found(String source, String key) {
    found.add(Given.bothWays(nextNumber(), source, key));
  }

  private int nextNumber() {
    return Given.FIRST_NUMBER + found.size();
  }

  /** By each name that the image may have for it. */
  private void find(Stream stream) {
    if (StreamKind.isUnix(stream)) {
      found(connection(stream), stream.getKey());
      return;
    }
    if (StreamKind.isFifo(stream)) {
      fifo(stream);
      return;
    }
    boolean pipe = StreamKind.isPipe(stream);
    Optional<Path> source = pipe ? pipe(stream) : terminal(stream);
    if (source.isEmpty() && !order.options().streamsMayBeLost()) throw lost(stream);
    String opens = source.map(Path::toString).orElse(pipe ? NOTHING : UNSEEN_TERMINAL);
    StreamKeys.of(stream).forEach(key -> found(opens, key));
  }

  /** Where nobody keeps it open CRIU opens it by its name, and puts into it what was in it. */
  private void fifo(Stream stream) {
    if (order.options().asClone()) return;
    holder
        .flatMap(process -> descriptor(process.pid(), stream.getPath()))
        .ifPresent(
            path ->
                found.add(Given.oneWay(nextNumber(), path, stream.getKey(), stream.getFlags())));
  }

  /** As a TCP connection of an image whose deputy is gone: it may end, and the program hears it. */
  private String connection(Stream stream) {
    Optional<Path> held =
        order.options().asClone()
            ? Optional.empty()
            : holder.flatMap(process -> descriptor(process.pid(), stream.getKey()));
    return held.map(Path::toString).orElse(ENDED_CONNECTION);
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
    boolean pipe = StreamKind.isPipe(stream);
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
