package io.sojourn.checkpointer;

import io.sojourn.engine.criu.StreamKeys;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.UnixSocket;
import io.sojourn.protocol.image.Stream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The task's pipes, FIFOs, terminals and unix connections whose other end lies outside: a shell's
 * terminal, `| less`, a supervisor's log pipe, a database's socket.
 */
final class StreamCensus {
  private static final int FIFO_FLAGS = FileCalls.O_ACCMODE | FileCalls.O_NONBLOCK;

  private StreamCensus() {}

  static List<Stream> of(TaskFacts facts) {
    Map<String, List<Descriptor>> pipes = new LinkedHashMap<>();
    for (Descriptor descriptor : facts.descriptors())
      if (descriptor.isPipe() || descriptor.isFifo())
        pipes.computeIfAbsent(descriptor.target(), t -> new ArrayList<>()).add(descriptor);
    List<Stream> streams = new ArrayList<>(TerminalCensus.of(facts));
    for (List<Descriptor> ends : pipes.values()) if (!bothEnds(ends)) streams.add(describe(ends));
    UnixConnection.toOthers(facts).values().forEach(one -> streams.add(describe(one)));
    return streams;
  }

  /** Without the unix connections that the task has closed since: nobody has those any more. */
  static List<Stream> still(List<Stream> streams, TaskFacts facts) {
    Set<String> open =
        facts.descriptors().stream()
            .filter(Descriptor::isSocket)
            .map(Descriptor::target)
            .collect(Collectors.toSet());
    return streams.stream()
        .filter(one -> !StreamKind.isUnix(one) || open.contains(one.getKey()))
        .toList();
  }

  /** CRIU asks for it by the name that /proc has for it. */
  private static Stream describe(UnixConnection connection) {
    Descriptor first = connection.first();
    Stream.Builder stream = Stream.newBuilder().setKind(StreamKind.UNIX).setKey(first.target());
    connection.descriptors().forEach(one -> stream.addDescriptors(one.number()));
    UnixSocket peer = connection.peer();
    return stream.setWritable(true).setPath(peer == null ? "" : peer.path()).build();
  }

  private static Stream describe(List<Descriptor> ends) {
    Descriptor first = ends.get(0);
    Stream.Builder stream =
        Stream.newBuilder().setKind(StreamKind.PIPE).setWritable(first.writable());
    if (first.isPipe()) stream.setKey(first.target());
    else
      stream
          .setKey(StreamKeys.fifo(first))
          .setPath(first.target())
          .setFlags(first.flags() & FIFO_FLAGS);
    ends.forEach(end -> stream.addDescriptors(end.number()));
    return stream.build();
  }

  /** A pipe that the task writes and reads itself needs nobody else. */
  private static boolean bothEnds(List<Descriptor> ends) {
    return ends.stream().anyMatch(Descriptor::readable)
        && ends.stream().anyMatch(Descriptor::writable);
  }
}
