package io.sojourn.node.daemon;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.TaskScan;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.protocol.image.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All tasks of this node: those that run, and those that live in images only or have ended. */
final class TaskRegistry {
  private static final Logger log = LoggerFactory.getLogger(TaskRegistry.class);

  private final TaskScan scan;
  private final TaskStore store;
  private final ImageCatalog images;
  private final String node;
  private final Predicate<String> away;
  private final List<Runnable> untold = new ArrayList<>();
  private @Nullable BiConsumer<TaskRecord, String> found;

  /**
   * @param away whether a task is on another node: its process, where it can be seen from here, is
   *     none of this node's
   */
  TaskRegistry(
      TaskScan scan, TaskStore store, ImageCatalog images, String node, Predicate<String> away) {
    this.scan = scan;
    this.store = store;
    this.images = images;
    this.node = node;
    this.away = away;
  }

  /**
   * @param listener is told of each new task, with the options of its agent; also of those that
   *     were found before it was there
   */
  synchronized void onFound(BiConsumer<TaskRecord, String> listener) {
    found = listener;
    untold.forEach(Runnable::run);
    untold.clear();
  }

  private void tell(TaskRecord record, String options) {
    if (found != null) found.accept(record, options);
    else untold.add(() -> tell(record, options));
  }

  /** A process has knocked: the task that it is, registered; or empty. */
  Optional<Task> knocked(int pid) {
    return scan.of(pid)
        .flatMap(Life::of)
        .flatMap(
            life ->
                adopt(life).map(record -> new Task(record, Optional.of(life), Optional.empty())));
  }

  /** Makes a task of its own of a process that was restored as a second one. */
  void separate(int pid, String id, String name) {
    scan.of(pid).ifPresent(block -> block.identity(id, name));
    knocked(pid);
    // Its options are the first one's.
    store.get(id).ifPresent(record -> store.put(record.withGroup("")));
  }

  /** Looks for what runs, and joins it with what is known; by name. */
  synchronized List<Task> tasks() {
    adoptImages();
    List<Task> tasks = new ArrayList<>();
    Set<String> running = new HashSet<>();
    for (Life life : lives())
      adopt(life)
          .ifPresent(
              record -> {
                running.add(record.id());
                tasks.add(new Task(record, Optional.of(life), newest(record)));
              });
    for (TaskRecord record : store.all()) {
      if (running.contains(record.id())) continue;
      Task task = new Task(record, Optional.empty(), newest(record));
      if (task.newest().isPresent() || away.test(record.id())) tasks.add(task);
      else store.remove(record.id());
    }
    tasks.sort(Comparator.comparing(Task::name).thenComparing(Task::id));
    return tasks;
  }

  /** How many were known when somebody last looked; takes no look. */
  int count() {
    return store.all().size();
  }

  /** The task, if it runs. */
  Optional<Task> running(String taskId) {
    return tasks().stream().filter(task -> task.id().equals(taskId) && task.runs()).findFirst();
  }

  /** Whether a task is frozen in this image, and without it would be gone. */
  boolean livesIn(ImageDirectory image) {
    return tasks().stream().filter(Task::frozen).anyMatch(task -> task.isNewest(image));
  }

  /** Whether it is the newest of its task. */
  boolean isNewest(ImageDirectory image) {
    return tasks().stream().anyMatch(task -> task.isNewest(image));
  }

  /** A new image of a task. */
  void imaged(String taskId, ImageDirectory image) {
    store.get(taskId).ifPresent(record -> store.put(record.withLastImage(image.path().toString())));
  }

  /** A new life of a task. */
  void revived(ImageDirectory image, int incarnation) {
    String id = image.manifest().getTask().getId();
    TaskRecord record = store.get(id).orElseGet(() -> recordOf(image));
    store.put(record.withIncarnation(Math.max(incarnation, record.incarnation())));
  }

  /** A task that was another node's has its home here from now on. */
  TaskRecord adopt(ImageDirectory image) {
    TaskRecord adopted = recordOf(image).withHome(node);
    store.put(adopted);
    return adopted;
  }

  /**
   * A group's task that was another node's has come here: it is as one that has just been found.
   */
  synchronized void arrived(ImageDirectory image, int incarnation) {
    TaskRecord record = recordOf(image).withHome(node).withIncarnation(incarnation);
    store.put(record);
    tell(record, image.manifest().getTask().getOptions());
  }

  /** Whether it is known, and has its home here. */
  boolean home(String taskId) {
    return store.get(taskId).filter(known -> known.home().equals(node)).isPresent();
  }

  /** A task of this node has its home on another from now on. */
  synchronized void left(String taskId, String elsewhere) {
    store.get(taskId).ifPresent(known -> store.put(known.withHome(elsewhere)));
  }

  /** What it is called; its id where it is not known. */
  String name(String taskId) {
    return store.get(taskId).map(TaskRecord::name).orElse(taskId);
  }

  /** The group that it belongs to; "" for none. */
  String group(String taskId) {
    return store.get(taskId).map(TaskRecord::group).orElse("");
  }

  /** The highest that is known. */
  int incarnation(String taskId) {
    return store.get(taskId).map(TaskRecord::incarnation).orElse(1);
  }

  /** A new life of a task, here or elsewhere. */
  void lives(String taskId, int incarnation) {
    store.get(taskId).ifPresent(record -> store.put(record.withIncarnation(incarnation)));
  }

  /** Its deputy was killed while it was frozen: it lives in no image any more, though there are. */
  void endedFrozen(String taskId) {
    lives(taskId, incarnation(taskId) + 1);
  }

  /** The number of the next life of an image's task. */
  int nextIncarnation(ImageDirectory image) {
    Manifest manifest = image.manifest();
    int known = store.get(manifest.getTask().getId()).map(TaskRecord::incarnation).orElse(1);
    return Math.max(known, Math.max(1, manifest.getTask().getIncarnation())) + 1;
  }

  private List<Life> lives() {
    List<Life> lives =
        scan.all().stream()
            .filter(block -> !away.test(block.id()))
            .map(Life::of)
            .flatMap(Optional::stream)
            .toList();
    return lives.stream()
        .filter(life -> lives.stream().noneMatch(other -> isRather(other, life)))
        .toList();
  }

  /** Whether another process, and not this one, is the task that both say to be. */
  private static boolean isRather(Life other, Life life) {
    if (other.pid() == life.pid() || !other.block().id().equals(life.block().id())) return false;
    // A child that a task has just forked holds the same block until it executes its program.
    if (other.pid() == life.parent()) return true;
    // Where two nodes share a kernel, one may be the beginning of a life on the other node.
    return NetworkNamespace.isOurs(other.pid()) && !NetworkNamespace.isOurs(life.pid());
  }

  /** Notes a running task; empty where its block says what cannot be. */
  private synchronized Optional<TaskRecord> adopt(Life life) {
    ControlBlock block = life.block();
    if (!Names.isId(block.id())) return Optional.empty();
    Optional<TaskRecord> known = store.get(block.id());
    // The id is written by the program: another user's is not taken from it.
    if (known.isPresent() && known.get().uid() != life.uid()) return Optional.empty();
    if (block.incarnation() == 0) block.incarnation(1);
    // A life that was given up, where two nodes share a kernel.
    if (known.isPresent() && block.incarnation() < known.get().incarnation())
      return Optional.empty();
    TaskRecord record =
        known.orElseGet(
            () ->
                new TaskRecord(
                    block.id(),
                    Names.of(block.name(), block.mainClass()),
                    block.mainClass(),
                    life.uid(),
                    node,
                    1,
                    "",
                    Names.group(block.options())));
    store.put(record.withIncarnation(Math.max(record.incarnation(), block.incarnation())));
    if (known.isEmpty()) tell(record, block.options());
    if (known.isEmpty())
      log.info(
          "task registered: {} ({}) {}, pid {}, uid {}",
          record.name(),
          record.id(),
          record.mainClass(),
          life.pid(),
          life.uid());
    return store.get(block.id());
  }

  /** Tasks that are known by their images alone. */
  private void adoptImages() {
    for (ImageDirectory image : images.all()) {
      String id = image.manifest().getTask().getId();
      if (Names.isId(id) && store.get(id).isEmpty()) store.put(recordOf(image));
    }
  }

  private TaskRecord recordOf(ImageDirectory image) {
    var task = image.manifest().getTask();
    return new TaskRecord(
        task.getId(),
        Names.of(task.getName(), task.getMainClass()),
        task.getMainClass(),
        task.getUid(),
        task.getHome().isEmpty() ? node : task.getHome(),
        Math.max(1, task.getIncarnation()),
        image.path().toString(),
        Names.group(task.getOptions()));
  }

  private Optional<ImageDirectory> newest(TaskRecord record) {
    return images.newest(record.id(), record.lastImage());
  }

  /** All images of a task that can be used, the newest first. */
  List<ImageDirectory> images(String taskId) {
    return images.of(taskId, store.get(taskId).map(TaskRecord::lastImage).orElse(""));
  }
}
