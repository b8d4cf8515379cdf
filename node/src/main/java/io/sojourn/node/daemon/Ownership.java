package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.archive.Archive;
import io.sojourn.node.move.Door;
import io.sojourn.node.supervision.Fences;
import io.sojourn.node.supervision.Holdings;
import io.sojourn.node.supervision.Incarnation;
import io.sojourn.node.supervision.Leases;
import io.sojourn.node.supervision.NotYetException;
import io.sojourn.node.supervision.RestartPolicy;
import io.sojourn.node.supervision.Supervised;
import io.sojourn.node.supervision.Supervisor;
import io.sojourn.node.supervision.TakenException;
import io.sojourn.protocol.image.TaskIdentity;
import io.sojourn.protocol.lives.LifeClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lives that this node has of tasks which other nodes may restart, and those that it takes over
 * from others. Without a repository there are none.
 */
final class Ownership implements Holdings, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ownership.class);

  private final NodeConfig config;
  private final Path shim;
  private final TaskRegistry registry;
  private final Archive archive;
  private final Door door;
  private final Schedules schedules;
  private volatile @Nullable Supervisor supervisor;
  private volatile @Nullable Leases leases;

  /** What others had until now, until it is looked after as this node's. */
  private final Map<String, LifeClaim> claimed = new ConcurrentHashMap<>();

  /**
   * @param shim the program that fences are
   */
  Ownership(
      NodeConfig config,
      Path shim,
      TaskRegistry registry,
      Archive archive,
      Door door,
      Schedules schedules) {
    this.config = config;
    this.shim = shim;
    this.registry = registry;
    this.archive = archive;
    this.door = door;
    this.schedules = schedules;
  }

  /** Looks after leases from now on. */
  void begin(Supervisor supervisor) {
    this.supervisor = supervisor;
    if (config.repository().none()) return;
    try {
      Leases begun =
          new Leases(
              config.repository().lives(config.lease()),
              config.nodeName(),
              config.lease(),
              new Fences(shim, config.runDirectory().resolve("fences")),
              this);
      leases = begun;
      begun.begin();
    } catch (IOException unreachable) {
      log.warn("no task is restarted elsewhere or from elsewhere: {}", unreachable.getMessage());
    }
  }

  /** Refuses where no other node could restart a task of this one. */
  void check() {
    if (leases == null)
      throw OperationException.refused(
          "this node has no repository from which other nodes could restart the task",
          "start it with one that they have too: ckpt node start --repository"
              + " DIRECTORY|s3://BUCKET/PREFIX");
  }

  /**
   * The number of the next life of an image's task, which nobody else has.
   *
   * @param proposed where nobody else could
   */
  int next(ImageDirectory image, int proposed) {
    String task = image.manifest().getTask().getId();
    Supervised one = supervised(task);
    boolean anywhere = one != null && one.policy().anywhere();
    Leases held = leases;
    if (held == null && anywhere)
      throw new NotYetException("this node has no repository now, which says who has it", null);
    if (held == null) return proposed;
    boolean ours = image.manifest().getMachine().getNode().equals(config.nodeName());
    if (!anywhere && ours) {
      if (image.manifest().hasGroup()) refuseTaken(task);
      return proposed;
    }
    int number = held.next(task, proposed, anywhere ? describe(Objects.requireNonNull(one)) : null);
    LifeClaim others = claimed.remove(task);
    if (others != null) expect(image, others);
    return number;
  }

  /** Whether a group's tasks can be brought to other nodes, and from them. */
  boolean clustered() {
    return Files.exists(config.stateDirectory().resolve("cluster"));
  }

  /**
   * Whose a group's tasks are that were brought to another node than they were on; those that were
   * not are missing.
   *
   * @throws NotYetException nobody can say
   */
  Map<String, LifeClaim> claims(Collection<String> tasks) {
    Leases held = leases;
    return held != null && clustered() ? held.newest(tasks) : Map.of();
  }

  /**
   * Refuses where a group's task was brought to another node.
   *
   * @throws TakenException it was
   * @throws NotYetException nobody can say
   */
  void refuseTaken(String task) {
    Leases held = leases;
    if (held != null && clustered()) held.refuseTaken(task);
  }

  /**
   * Refuses where a group's task is not free to live here.
   *
   * @param seen the newest life that was claimed, as others know; 0: none
   * @param arrives it was another node's
   * @throws TakenException another node has a later one
   * @throws NotYetException nobody can say
   */
  void check(TaskIdentity task, int seen, boolean arrives) {
    if (leases == null && (arrives || seen > 0))
      throw OperationException.refused(
          "this node has no repository, which says which node task "
              + task.getName()
              + " belongs to",
          "start it with one that all have: ckpt node start --repository"
              + " DIRECTORY|s3://BUCKET/PREFIX");
    LifeClaim newest = claims(List.of(task.getId())).get(task.getId());
    if (newest != null && newest.getNumber() != seen) refuseTaken(task.getId());
  }

  /**
   * The same as {@link #next}, of a group's task that all have agreed about.
   *
   * @param seen the newest life that was claimed, as they know; 0: none
   * @param arrives it was another node's
   */
  int nextOfGroup(ImageDirectory image, int proposed, int seen, boolean arrives) {
    if (seen == 0 && !arrives) return proposed;
    Leases held = leases;
    if (held == null) throw new NotYetException("this node has no repository now", null);
    var task = image.manifest().getTask();
    LifeClaim.Builder description =
        LifeClaim.newBuilder()
            .setTask(task.getId())
            .setName(task.getName())
            .setUid(task.getUid())
            .setGroup(image.manifest().getGroup().getGroup());
    return held.nextOfGroup(description, proposed, seen);
  }

  /** A restore has made a life here of a task that is this node's from now on. */
  void arrived(ImageDirectory image, int incarnation) {
    if (!registry.home(image.manifest().getTask().getId())) registry.arrived(image, incarnation);
  }

  @Override
  public void superseded(LifeClaim claim) {
    String task = claim.getTask(), node = claim.getNode();
    if (!registry.home(task)) return;
    registry
        .running(task)
        .filter(one -> one.life().orElseThrow().block().incarnation() < claim.getNumber())
        .ifPresent(one -> end(task, "node " + node + " has its life " + claim.getNumber()));
    leftFor(task, node);
  }

  /** A group's task was brought to another node. */
  void leftFor(String task, String node) {
    registry.left(task, node);
    Objects.requireNonNull(supervisor).elsewhere(task, node);
  }

  private void expect(ImageDirectory image, LifeClaim claim) {
    schedules.found(registry.adopt(image), claim.getOptions());
    Objects.requireNonNull(supervisor)
        .expect(
            claim.getTask(),
            RestartPolicy.ofAgent(claim.getOptions()).orElse(RestartPolicy.USUAL),
            claim.getUid());
  }

  private @Nullable Supervised supervised(String task) {
    Supervisor known = supervisor;
    return known == null ? null : known.of(task).orElse(null);
  }

  /** A restore has made a life. */
  void begun(String task, int pid, int incarnation) {
    Supervisor known = supervisor;
    if (known != null) known.begun(task, TaskCare.process(pid, incarnation));
  }

  void notStarted(String task) {
    Leases held = leases;
    if (held != null) held.notStarted(task);
  }

  void became(Supervised one) {
    Leases held = leases;
    if (held == null) return;
    Incarnation life = one.life();
    if (!one.policy().anywhere()) held.release(one.task());
    else if (life != null) held.lives(one.task(), life);
    else if (one.state() == Supervised.State.WATCHED || one.state() == Supervised.State.AWAY)
      held.rests(one.task());
    else held.look();
  }

  /**
   * A task is about to leave for another node.
   *
   * @throws OperationException that cannot be said to those who would take it for lost
   */
  void leaves(String task) {
    Leases held = leases;
    Supervised one = supervised(task);
    if (held == null || one == null || !one.policy().anywhere()) return;
    try {
      held.leaves(task);
    } catch (NotYetException unknown) {
      throw OperationException.failed(
          String.valueOf(unknown.getMessage()),
          "see ckpt repository status; or have it restarted here only: --restart-on=home",
          unknown);
    }
  }

  /** It has left, or has not. */
  void hasLeft(String task) {
    Leases held = leases;
    if (held != null) held.left(task);
  }

  void left(String task) {
    Leases held = leases;
    if (held != null) held.release(task);
  }

  /**
   * All images of a task, with what other nodes have stored until now.
   *
   * @throws NotYetException that cannot be learned
   */
  List<ImageDirectory> imagesNow(String task) {
    try {
      archive.refreshNow();
    } catch (OperationException away) {
      throw new NotYetException(String.valueOf(away.getMessage()), away);
    }
    return images(task);
  }

  /** All images of a task, whichever node has made them; of its newest life first. */
  private List<ImageDirectory> images(String task) {
    Map<String, ImageDirectory> images = new HashMap<>();
    for (ImageDirectory image : archive.images()) images.put(image.name(), image);
    for (ImageDirectory image : registry.images(task)) images.put(image.name(), image);
    return images.values().stream()
        .filter(image -> image.manifest().getTask().getId().equals(task))
        .sorted(
            Comparator.comparingInt(
                    (ImageDirectory image) -> image.manifest().getTask().getIncarnation())
                .thenComparingLong(image -> image.manifest().getCreatedEpochMillis())
                .reversed())
        .toList();
  }

  @Override
  public List<Supervised> anywhere() {
    return Objects.requireNonNull(supervisor).all().stream()
        .filter(one -> one.policy().anywhere())
        .filter(one -> one.state() != Supervised.State.ELSEWHERE)
        .toList();
  }

  @Override
  public LifeClaim.Builder describe(Supervised one) {
    return LifeClaim.newBuilder()
        .setTask(one.task())
        .setName(registry.name(one.task()))
        .setUid(one.uid())
        .setOptions(schedules.optionsOf(one.task()) + one.policy().options());
  }

  @Override
  public Optional<String> repository(String now) {
    Path file = config.stateDirectory().resolve("lives-repository");
    try {
      if (Files.exists(file))
        return Optional.of(Files.readString(file).strip()).filter(before -> !before.equals(now));
      // Before there are such tasks it may be any.
      if (!anywhere().isEmpty()) Files.writeString(file, now + "\n");
      return Optional.empty();
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
  }

  @Override
  public void end(String task, String why) {
    Optional<Life> life = registry.running(task).flatMap(Task::life);
    if (life.isEmpty()) return;
    log.warn("task {} is ended here: {}", task, why);
    Proc.tree(life.get().pid()).forEach(pid -> Signals.send(pid, Signals.KILL));
  }

  @Override
  public void gone(String task, String node) {
    Objects.requireNonNull(supervisor).elsewhere(task, node);
  }

  @Override
  public boolean takes(LifeClaim claim) {
    if (!door.isOpen()) return false;
    if (images(claim.getTask()).isEmpty()) archive.refresh();
    return !images(claim.getTask()).isEmpty();
  }

  @Override
  public void taken(LifeClaim claim, String why) {
    String task = claim.getTask();
    TaskRecord record = registry.adopt(images(task).get(0));
    log.warn("task {} ({}) is taken over: {}", record.name(), task, why);
    schedules.found(record, claim.getOptions());
    Objects.requireNonNull(supervisor)
        .adopt(
            task,
            RestartPolicy.ofAgent(claim.getOptions()).orElse(RestartPolicy.USUAL),
            claim.getUid(),
            why);
  }

  @Override
  public void claimed(LifeClaim claim) {
    claimed.put(claim.getTask(), claim);
  }

  @Override
  public void close() throws InterruptedException {
    Leases held = leases;
    if (held != null) held.close();
  }
}
