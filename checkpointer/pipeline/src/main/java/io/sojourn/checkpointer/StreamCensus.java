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
    Map<String, List<Descriptor>> byThing = new LinkedHashMap<>();
    for (Descriptor descriptor : facts.descriptors())
      if (descriptor.isPipe() || isTerminal(descriptor))
        byThing.computeIfAbsent(descriptor.target(), t -> new ArrayList<>()).add(descriptor);
    List<Stream> streams = new ArrayList<>();
    for (List<Descriptor> ends : byThing.values())
      if (isTerminal(ends.get(0)) || !bothEnds(ends)) streams.add(describe(ends));
    return streams;
  }

  private static Stream describe(List<Descriptor> ends) {
    Descriptor first = ends.get(0);
    Stream.Builder stream = Stream.newBuilder().setWritable(first.writable());
    ends.forEach(end -> stream.addDescriptors(end.number()));
    if (first.isPipe()) return stream.setKind("pipe").setKey(first.target()).build();
    return stream.setKind("terminal").setKey(terminalKey(first)).setPath(first.target()).build();
  }

  /** CRIU's name for a terminal: tty[RDEV:DEV], in hex. */
  private static String terminalKey(Descriptor terminal) {
    return terminal
        .status()
        .map(
            status ->
                "tty["
                    + Long.toHexString(status.representedDevice())
                    + ":"
                    + Long.toHexString(status.device())
                    + "]")
        .orElse("");
  }

  /** A pipe that the task writes and reads itself needs nobody else. */
  private static boolean bothEnds(List<Descriptor> ends) {
    return ends.stream().anyMatch(Descriptor::readable)
        && ends.stream().anyMatch(Descriptor::writable);
  }

  private static boolean isTerminal(Descriptor descriptor) {
    return descriptor.target().startsWith("/dev/pts/")
        || descriptor.target().matches("/dev/tty\\d*");
  }
}
