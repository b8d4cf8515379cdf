package io.sojourn.node.move;

import io.sojourn.engine.criu.FileSizes;
import io.sojourn.engine.criu.ProvisionedCriu;
import io.sojourn.engine.criu.StreamKeys;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.RawPipe;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.TerminalModes;
import io.sojourn.engine.network.RestoredSockets;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Stream;
import io.sojourn.restore.Given;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores a task at home, in the place that its deputy keeps. */
final class Beside {
  private static final Logger LOG = LoggerFactory.getLogger(Beside.class);

  /**
   * What stands for a pipe that nobody keeps: the task had closed it, and has it again in an image
   * from before.
   */
  private static final String NOTHING = "/dev/null";

  private final Moves.Settings settings;

  Beside(Moves.Settings settings) {
    this.settings = settings;
  }

  /**
   * The task stands still. Home's own ends of its connections are closed already.
   *
   * @param names of its unix connections at home, by those in the image; empty where one has ended
   * @param limit after which it is given up
   */
  Revival restore(Path image, MovedTask task, UnaryOperator<String> names, Duration limit)
      throws IOException {
    FileSizes.forget(image);
    giveUpSockets(task.deputy());
    return revive(image, task, task.deputy().pid(), names, limit);
  }

  /**
   * The task stands still.
   *
   * @param keeper a process that has its pipes and terminals, under the task's numbers
   * @param limit after which it is given up
   */
  Revival revive(Path image, MovedTask task, int keeper, Duration limit) {
    return revive(image, task, keeper, UnaryOperator.identity(), limit);
  }

  private Revival revive(
      Path image, MovedTask task, int keeper, UnaryOperator<String> names, Duration limit) {
    Path notes = notes(settings, task.id());
    Manifest manifest = ImageDirectory.open(image).manifest();
    List<Stream> streams = manifest.getStreamsList();
    UnixAtHome connections = new UnixAtHome(keeper, names);
    Map<Path, TerminalModes> modes = terminals(streams, keeper);
    Revival revival =
        Revival.begin(
            new Revival.Order(
                shim(streams, keeper),
                ProvisionedCriu.words(settings.criu().get()),
                settings.shim(),
                image,
                image,
                notes,
                notes,
                settings.runDirectory(),
                given(streams, keeper, connections),
                false),
            limit);
    connections.settle(image, streams);
    // CRIU has set them as the task has; but where the job is not in the foreground they are its
    // shell's.
    int face = task.deputy().pid();
    if (!Proc.hasTerminal(face) || !Proc.inForeground(face)) modes.forEach(Beside::apply);
    RestoredSockets.settle(manifest, revival.task().pid())
        .forEach(untold -> LOG.warn("task {}: {}", task.name(), untold));
    return revival;
  }

  private static Map<Path, TerminalModes> terminals(List<Stream> streams, int keeper) {
    Map<Path, TerminalModes> modes = new HashMap<>();
    for (Stream stream : streams)
      if (StreamKind.isTerminal(stream)) {
        Path path = opens(stream, keeper);
        try (RawSocket terminal = RawPipe.end(path, true)) {
          modes.put(path, TerminalModes.of(terminal));
        }
      }
    return modes;
  }

  private static void apply(Path path, TerminalModes modes) {
    try (RawSocket terminal = RawPipe.end(path, true)) {
      modes.applyTo(terminal);
    }
  }

  /** The keeper's own pipes, under the names that the image has for the task's. */
  private static List<Given> given(List<Stream> streams, int keeper, UnixAtHome connections) {
    List<Given> given = new ArrayList<>();
    int number = Given.FIRST_NUMBER;
    for (Stream stream : streams) {
      if (StreamKind.isUnix(stream)) {
        String own = connections.path(stream).toString();
        given.add(Given.bothWays(number++, own, stream.getKey()));
        continue;
      }
      if (StreamKind.isFifo(stream)) {
        Optional<Descriptor> kept = fifo(stream, keeper);
        // Else CRIU opens it by its name.
        if (kept.isPresent()) given.add(given(number++, stream, kept.get(), stream.getKey()));
        continue;
      }
      Descriptor kept = Descriptor.of(keeper, stream.getDescriptors(0));
      boolean gone = StreamKind.isPipe(stream) && !kept.isPipe() && !kept.isFifo();
      for (String key : StreamKeys.of(stream))
        given.add(
            gone ? Given.bothWays(number++, NOTHING, key) : given(number++, stream, kept, key));
    }
    return given;
  }

  /** One that was opened for the task while it was away has a number of the keeper's. */
  private static Optional<Descriptor> fifo(Stream stream, int keeper) {
    return Descriptor.of(keeper).stream()
        .filter(held -> held.target().equals(stream.getPath()))
        .filter(held -> held.writable() == stream.getWritable())
        .findFirst();
  }

  private static Given given(int number, Stream stream, Descriptor kept, String key) {
    int flags = StreamKind.isFifo(stream) ? stream.getFlags() : Given.BOTH_WAYS;
    // The keeper's own FIFO is not of the mount namespace in which the next dump looks for it.
    return kept.isFifo() && kept.hasItsName()
        ? Given.byName(number, Path.of(kept.target()), key, flags)
        : Given.oneWay(number, kept.reopen(), key, flags);
  }

  private static Path opens(Stream stream, int keeper) {
    return Descriptor.of(keeper, stream.getDescriptors(0)).reopen();
  }

  private List<String> shim(List<Stream> streams, int keeper) {
    List<String> words = new ArrayList<>(List.of(settings.shim().toString(), "run", "--beside"));
    for (Stream stream : streams)
      if (stream.getControlling())
        words.addAll(List.of("--terminal", opens(stream, keeper).toString()));
    return words;
  }

  /** Where CRIU and the shim note things, the task's end among them. */
  static Path notes(Moves.Settings settings, String task) {
    return settings.runDirectory().resolve("beside").resolve(task);
  }

  /** What the deputy holds of connections and addresses is the task's again. */
  private static void giveUpSockets(Deputy deputy) throws IOException {
    for (Map.Entry<Integer, InternetSocket> held : deputy.descriptors().sockets().entrySet())
      deputy.descriptors().closeSilently(held.getKey());
  }
}
