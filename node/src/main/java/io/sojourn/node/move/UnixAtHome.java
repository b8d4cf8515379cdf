package io.sojourn.node.move;

import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.criu.UnixStates;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.UnixSocket;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A task's unix connections to others, which somebody at home has for it: its deputy, or what is in
 * its place. They are known by their inode: the numbers under which both have them may differ.
 */
final class UnixAtHome {
  /** In the shim's words one that has ended. */
  private static final Path ENDED = Path.of("connection");

  private final int keeper;
  private final UnaryOperator<String> names;

  /**
   * @param keeper has them
   * @param names that the keeper's have, by those in the image; empty where one has ended
   */
  UnixAtHome(int keeper, UnaryOperator<String> names) {
    this.keeper = keeper;
    this.names = names;
  }

  private static List<Stream> of(ImageDirectory image) {
    return of(image.manifest().getStreamsList());
  }

  private static List<Stream> of(List<Stream> streams) {
    return streams.stream().filter(StreamKind::isUnix).toList();
  }

  /** Of an image. */
  static Set<String> names(Path image) {
    return of(ImageDirectory.open(image)).stream().map(Stream::getKey).collect(Collectors.toSet());
  }

  /** What opens it for a task that is restored. */
  Path path(Stream stream) {
    return held(stream).map(Descriptor::reopen).orElse(ENDED);
  }

  private Optional<Descriptor> held(Stream stream) {
    return Descriptor.named(keeper, names.apply(stream.getKey()));
  }

  /** What the task has done to its own, elsewhere, is done to these. */
  void settle(Path image, List<Stream> streams) {
    Step.of(
        "the unix connections",
        () -> {
          List<Stream> connections = of(streams);
          if (connections.isEmpty()) return connections;
          UnixStates states = UnixStates.of(image);
          for (Stream stream : connections) settle(stream, states.of(stream.getKey()));
          return connections;
        });
  }

  private void settle(Stream stream, UnixStates.State state) {
    Optional<Descriptor> held = held(stream);
    if (held.isEmpty()) return;
    try (RawSocket socket = RawSocket.lookAt(held.get())) {
      socket.blocks(state.blocks());
      // It may be that nobody has read of it before the dump.
      if (state.outputEnded()) socket.shutdownOutput();
    }
  }

  /**
   * The deputy is to have what the task has made since it came home, too.
   *
   * @param process the task's, which stands still
   */
  static void handTo(Deputy deputy, int process, ImageDirectory image) throws IOException {
    List<Stream> connections = of(image);
    if (connections.isEmpty()) return;
    Set<String> has = new HashSet<>();
    for (Descriptor held : deputy.descriptors().all()) has.add(held.target());
    for (Stream one : connections)
      if (!has.contains(one.getKey())) hand(deputy, process, one.getDescriptors(0));
  }

  private static void hand(Deputy deputy, int process, int number) throws IOException {
    try (PidDescriptor task = PidDescriptor.open(process);
        OwnDescriptor socket = task.duplicate(number)) {
      deputy.descriptors().hold(socket.number());
    }
  }

  /** What a task that is away has is its deputy's: also what was made at home for it just now. */
  static String keep(MovedTask task, int socket) throws IOException {
    MovedTask.Away away = task.away();
    if (away == null || !task.hasDeputy())
      throw new IOException("task " + task.name() + " is not away, or not yet");
    // Of a thread that acts as the task's user the kernel would ask whether that may look.
    String name = ThreadIdentity.withAllRights(() -> Descriptor.ofOurs(socket).target());
    away.pipes().made(name, task.deputy().descriptors().hold(socket));
    return name;
  }

  /** The task is here and has its own: with ours open the other side would not see them close. */
  static void giveUp(Deputy deputy) {
    giveUp(deputy, UnixSocket::connected);
  }

  /**
   * The task runs elsewhere, and listens there: who waits to be accepted by what its deputy has of
   * that would wait for ever.
   */
  static void listenNoMore(Deputy deputy) {
    giveUp(deputy, UnixSocket::listening);
  }

  private static void giveUp(Deputy deputy, Predicate<UnixSocket> those) {
    Map<Long, UnixSocket> known = UnixSocket.inNamespaceOf(deputy.pid());
    for (Descriptor held : deputy.descriptors().all()) {
      UnixSocket socket = held.isSocket() ? known.get(held.inode()) : null;
      if (socket != null && socket.stream() && those.test(socket)) deputy.giveUp(held.number());
    }
  }
}
