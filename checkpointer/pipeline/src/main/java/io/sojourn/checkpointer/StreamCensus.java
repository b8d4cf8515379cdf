package io.sojourn.checkpointer;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.protocol.image.Stream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The task's pipes and terminals whose other end lies outside: a shell's terminal, `| less`, a
 * supervisor's log pipe.
 */
final class StreamCensus {
  private StreamCensus() {}

  static List<Stream> of(TaskFacts facts) {
    Map<String, List<Descriptor>> pipes = new LinkedHashMap<>();
    for (Descriptor descriptor : facts.descriptors())
      if (descriptor.isPipe())
        pipes.computeIfAbsent(descriptor.target(), t -> new ArrayList<>()).add(descriptor);
    List<Stream> streams = new ArrayList<>(TerminalCensus.of(facts));
    for (List<Descriptor> ends : pipes.values()) if (!bothEnds(ends)) streams.add(describe(ends));
    return streams;
  }

  private static Stream describe(List<Descriptor> ends) {
    Descriptor first = ends.get(0);
    Stream.Builder stream =
        Stream.newBuilder()
            .setKind("pipe")
            .setKey(first.target())
            .setWritable(first.writable());
    ends.forEach(end -> stream.addDescriptors(end.number()));
    return stream.build();
  }

  /** A pipe that the task writes and reads itself needs nobody else. */
  private static boolean bothEnds(List<Descriptor> ends) {
    return ends.stream().anyMatch(Descriptor::readable)
        && ends.stream().anyMatch(Descriptor::writable);
  }
}
