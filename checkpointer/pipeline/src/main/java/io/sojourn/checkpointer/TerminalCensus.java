package io.sojourn.checkpointer;

import io.sojourn.engine.criu.StreamKeys;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.engine.linux.Proc;
import io.sojourn.protocol.image.Stream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The terminals at which the task has descriptors, each once: by whatever name one was opened, and
 * also through /dev/tty, which is a device of its own.
 */
final class TerminalCensus {
  private final TaskFacts facts;

  /** By CRIU's name of the terminal itself. */
  private final Map<String, List<Descriptor>> terminals = new LinkedHashMap<>();

  private TerminalCensus(TaskFacts facts) {
    this.facts = facts;
  }

  static List<Stream> of(TaskFacts facts) {
    TerminalCensus census = new TerminalCensus(facts);
    facts.descriptors().stream().filter(TerminalCensus::isTerminal).forEach(census::add);
    return census.terminals.entrySet().stream()
        .map(terminal -> census.describe(terminal.getKey(), terminal.getValue()))
        .toList();
  }

  /** Whether a descriptor is of /dev/tty, and there is no other way to the terminal behind it. */
  static boolean leadsNowhere(TaskFacts facts, Descriptor descriptor) {
    return descriptor.isOwnTerminal() && new TerminalCensus(facts).direct(descriptor).isEmpty();
  }

  private void add(Descriptor descriptor) {
    Optional<Descriptor> behind =
        descriptor.isOwnTerminal() ? direct(descriptor) : Optional.empty();
    String key = key(behind.orElse(descriptor));
    terminals.computeIfAbsent(key, k -> new ArrayList<>()).add(descriptor);
  }

  /**
   * A descriptor of the terminal to which this one leads. Of one of the JVM's, another of the
   * JVM's: a deputy has no others.
   */
  private Optional<Descriptor> direct(Descriptor own) {
    long terminal = Proc.terminalDevice(own.pid());
    return facts.descriptors().stream()
        .filter(other -> other.pid() == facts.root() || own.pid() != facts.root())
        .filter(other -> other.isTerminal(terminal))
        .findFirst();
  }

  private static boolean isTerminal(Descriptor descriptor) {
    return descriptor.target().startsWith("/dev/pts/")
        || descriptor.target().matches("/dev/tty\\d*");
  }

  private static String key(Descriptor descriptor) {
    return descriptor.status().map(StreamKeys::terminal).orElse("");
  }

  private Stream describe(String key, List<Descriptor> descriptors) {
    // The first one is for others to open: by a deputy, which has what the JVM had.
    descriptors.sort(
        Comparator.comparing((Descriptor one) -> one.pid() != facts.root())
            .thenComparing(Descriptor::isOwnTerminal));
    Descriptor first = descriptors.get(0);
    Stream.Builder stream =
        Stream.newBuilder()
            .setKind(StreamKind.TERMINAL)
            .setKey(key)
            .setPath(path(descriptors))
            .setWritable(first.writable());
    descriptors.forEach(one -> stream.addDescriptors(one.number()));
    Set<String> more = new LinkedHashSet<>();
    descriptors.forEach(one -> more.add(key(one)));
    Optional<FileStatus> own = FileStatus.of(Path.of("/proc/" + facts.root() + "/root/dev/tty"));
    if (own.filter(it -> leadsTo(it, key, descriptors)).isPresent()) {
      stream.setControlling(true);
      // It may be opened while the task is on its way to being stopped.
      own.map(StreamKeys::terminal).ifPresent(more::add);
    }
    more.remove(key);
    return stream.addAllMoreKeys(more).build();
  }

  /** Where the task is away, or beside its deputy, its /dev/tty is the terminal itself. */
  private boolean leadsTo(FileStatus own, String key, List<Descriptor> descriptors) {
    if (!own.isOwnTerminal()) return StreamKeys.terminal(own).equals(key);
    long terminal = Proc.terminalDevice(facts.root());
    return descriptors.stream().anyMatch(one -> one.isTerminal(terminal));
  }

  /** As it is called where it was made. */
  private static String path(List<Descriptor> descriptors) {
    return descriptors.stream()
        .map(Descriptor::target)
        .filter(target -> !target.equals("/dev/tty"))
        .findFirst()
        .orElse("/dev/tty");
  }
}
