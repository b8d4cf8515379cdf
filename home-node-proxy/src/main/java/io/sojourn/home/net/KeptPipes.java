package io.sojourn.home.net;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Reservoir;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.net.PipeLedger.Kind;
import io.sojourn.home.net.PipeLedger.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives this daemon of the pipes and terminals of a task that is away. What is under way
 * between them and the guest is in pipes that its deputy has, too; a file says how far it is.
 */
public final class KeptPipes {
  private static final Logger log = LoggerFactory.getLogger(KeptPipes.class);

  private final @Nullable PipeLedger ledger;
  private final Path file;
  private final Set<Pipe> pipes = new HashSet<>();

  /** By what they are called: how many of their directions are not over. */
  private final Map<String, Made> made = new HashMap<>();

  private @Nullable Deputy deputy;

  private KeptPipes(@Nullable PipeLedger ledger, Path file) {
    this.ledger = ledger;
    this.file = file;
  }

  /** Nothing outlives this daemon. */
  static KeptPipes none() {
    return new KeptPipes(null, Path.of("none"));
  }

  static KeptPipes begin(Path file) throws IOException {
    return new KeptPipes(PipeLedger.begin(file), file);
  }

  static KeptPipes found(Path file) throws IOException {
    return new KeptPipes(PipeLedger.found(file), file);
  }

  synchronized void heldBy(Deputy born) {
    deputy = born;
  }

  private synchronized Pipe known(Pipe pipe) {
    pipes.add(pipe);
    return pipe;
  }

  private synchronized @Nullable Deputy holder() {
    return deputy;
  }

  /**
   * One that a stream has.
   *
   * @param through null where nothing of it is kept
   */
  record Pipe(@Nullable Place place, @Nullable Reservoir through) {
    static final Pipe NOT_KEPT = new Pipe(null, null);
  }

  /** A pipe's or a terminal's bytes in one direction. Completes when they are safe. */
  CompletableFuture<Pipe> keep(long stream, Kind kind, int number) {
    Place place = ledger == null ? null : ledger.take();
    Deputy by = holder();
    if (place == null || by == null) return CompletableFuture.completedFuture(Pipe.NOT_KEPT);
    Reservoir through = Reservoir.create(place);
    return by.take(through.descriptor())
        .thenApply(
            held -> {
              place.begins(stream, kind, number, held);
              return known(new Pipe(place, through));
            })
        .exceptionally(
            refused -> {
              log.warn("the deputy does not hold a pipe: {}", "" + refused.getMessage());
              place.over();
              through.close();
              return Pipe.NOT_KEPT;
            });
  }

  /**
   * A unix connection that was made for the task while it is away: its deputy has it until both
   * directions are over.
   *
   * @param number the deputy's
   */
  synchronized void made(String name, int number) {
    made.put(name, new Made(number, 2));
  }

  /** The task has closed a pipe: who has its other end is to see that. */
  synchronized void closed(Descriptor pipe) {
    Deputy by = deputy;
    if (by == null || pipe.isSocket()) return;
    for (Descriptor held : Descriptor.of(by.pid()))
      if (held.target().equals(pipe.target())
          && held.readable() == pipe.readable()
          && !by.giveUp(held.number())) log.debug("the deputy keeps a pipe that is closed");
  }

  /** One direction of a connection is over. */
  synchronized void over(String name) {
    Made one = made.remove(name);
    if (one == null) return;
    if (one.directions() > 1) made.put(name, new Made(one.number(), one.directions() - 1));
    else if (deputy != null && !deputy.giveUp(one.number()))
      log.debug("the deputy keeps a connection that is over");
  }

  /** The task does not have it: none of its directions has begun. */
  synchronized void refused(String name) {
    over(name);
    over(name);
  }

  private record Made(int number, int directions) {}

  /** A terminal's modes. */
  @Nullable Place control(long stream, int number, byte[] modes) {
    Place place = ledger == null ? null : ledger.take();
    if (place == null) return null;
    place.modes(modes);
    place.begins(stream, Kind.CONTROL, number, -1);
    return place;
  }

  /** As an earlier daemon has left it. */
  Pipe found(Place place) {
    Deputy by = holder();
    if (by != null && place.kind() != Kind.CONTROL)
      for (Descriptor held : Descriptor.of(by.pid()))
        if (held.number() == place.held() && held.isPipe())
          return known(new Pipe(place, Reservoir.found(held.reopen(), place)));
    return new Pipe(place, null);
  }

  List<Place> all() {
    return ledger == null ? List.of() : ledger.all();
  }

  /** The stream is over, or everything of it is elsewhere. */
  synchronized void letGo(Pipe pipe) {
    pipes.remove(pipe);
    Place place = pipe.place();
    Reservoir through = pipe.through();
    Deputy by = deputy;
    if (place != null && by != null && through != null && !by.giveUp(place.held()))
      log.debug("the deputy keeps an empty pipe");
    if (place != null) place.over();
    if (through != null) through.close();
  }

  /** The task is not away any more. */
  synchronized void end() throws IOException {
    for (Pipe pipe : List.copyOf(pipes)) letGo(pipe);
    if (ledger != null) Files.deleteIfExists(file);
  }
}
