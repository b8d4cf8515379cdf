package io.sojourn.restore.world;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.control.TaskScan;
import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.restore.Given;
import io.sojourn.restore.RestoreLimit;
import io.sojourn.restore.Shim;
import io.sojourn.restore.memory.Fill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A task that is restored in a pid namespace of its own, under the shim, which is the first process
 * there. It stands still at first, and can be given up without a trace.
 */
public final class Revival {
  private static final Duration WAKE = Duration.ofSeconds(10);

  /**
   * What is restored, and how.
   *
   * @param shim the shim's command line up to its own words on the kind of world
   * @param criu the words up to CRIU's own, as seen in the world
   * @param actions the shim, likewise
   * @param images the image's directory, likewise
   * @param ownImages the same directory, as we see it; its pagemaps may be replaced
   * @param work a directory for CRIU's and the shim's notes, likewise
   * @param notes the same directory, as we see it
   * @param runDirectory of the task's home
   * @param given in place of the task's pipes
   * @param lazy its memory comes from whoever listens in the directory for notes
   */
  public record Order(
      List<String> shim,
      List<String> criu,
      Path actions,
      Path images,
      Path ownImages,
      Path work,
      Path notes,
      Path runDirectory,
      List<Given> given,
      boolean lazy) {

    private List<String> command() {
      List<String> command = new ArrayList<>(shim);
      for (Given one : given) command.addAll(one.shimWords());
      add(command, "--status", work.resolve("end"), "--pid-file", work.resolve("pid"), "--");
      command.addAll(criu);
      add(command, "restore", "--images-dir", images, "--work-dir", work);
      add(command, "--log-file", work.resolve("restore.log"), "-v2", "--restore-detached");
      add(command, "--pidfile", work.resolve("pid"), "--action-script", actions);
      add(command, "--tcp-established", "--shell-job", "--file-locks", "--ext-unix-sk");
      add(command, "--link-remap");
      if (lazy) add(command, "--lazy-pages");
      for (Given one : given) command.addAll(one.criuWords());
      return command;
    }

    private Fill fill() {
      try {
        return lazy ? Fill.NONE : Fill.of(ownImages);
      } catch (IOException unreadable) {
        throw OperationException.failed(
            "the image cannot be prepared: " + unreadable.getMessage(),
            "see whether " + ownImages + " is full",
            unreadable);
      }
    }

    private static void add(List<String> command, Object... words) {
      Arrays.stream(words).map(Object::toString).forEach(command::add);
    }
  }

  private final Path notes;
  private final int first;
  private final CompletableFuture<?> gone;
  private final @Nullable ControlBlock task;
  private final @Nullable Order order;
  private final @Nullable Shim shim;

  private Revival(Order order, Shim shim, ControlBlock task) {
    this.order = order;
    this.shim = shim;
    this.task = task;
    this.notes = order.notes();
    this.first = shim.world();
    this.gone = shim.ended();
  }

  private Revival(Path notes, int first, CompletableFuture<?> gone, @Nullable ControlBlock task) {
    this.order = null;
    this.shim = null;
    this.notes = notes;
    this.first = first;
    this.gone = gone;
    this.task = task;
  }

  /**
   * One that an earlier daemon has begun, and that runs.
   *
   * @param first the first process of its pid namespace
   * @param lives whether that process is there
   */
  public static Revival found(Path notes, Path runDirectory, int first, boolean lives) {
    if (!lives) return new Revival(notes, 0, CompletableFuture.completedFuture(null), null);
    CompletableFuture<?> gone =
        ProcessHandle.of(first)
            .<CompletableFuture<?>>map(ProcessHandle::onExit)
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    TaskScan scan = new TaskScan(runDirectory);
    for (int candidate : Proc.tree(first)) {
      var task = scan.of(candidate);
      if (task.isPresent()) return new Revival(notes, first, gone, task.get());
    }
    return new Revival(notes, first, gone, null);
  }

  /**
   * Restores it; it stands still. The shim is in the network namespace of the calling thread.
   *
   * @param limit after which it is given up
   * @throws OperationException nothing is left of it
   */
  public static Revival begin(Order order, Duration limit) {
    try {
      Files.createDirectories(order.notes());
      for (String note : List.of("end", "pid", "restore.log"))
        Files.deleteIfExists(order.notes().resolve(note));
    } catch (IOException full) {
      throw OperationException.failed(
          "nothing can be written in " + order.notes() + ": " + full, "see whether it is full");
    }
    Fill fill = order.fill();
    Shim shim = Shim.start(order.command(), order.notes().resolve("shim.log"));
    try (RestoreLimit clock = RestoreLimit.on(shim, limit)) {
      boolean made = shim.await("restored") > 0;
      if (clock.wasHit())
        throw OperationException.failed(
            "the restore took longer than " + clock + " and was given up",
            "allow more: --limit, or see " + order.notes().resolve("restore.log"));
      if (!made) throw failure(order, shim);
    }
    fill(fill, shim);
    TaskScan scan = new TaskScan(order.runDirectory());
    for (int candidate : Proc.tree(shim.world())) {
      var task = scan.of(candidate);
      if (task.isPresent()) return new Revival(order, shim, task.get());
    }
    shim.abort();
    throw OperationException.failed(
        "the restored process holds no control block of " + order.runDirectory(),
        "migrate it from the node where it was started");
  }

  private static void fill(Fill fill, Shim shim) {
    try {
      fill.into(shim.world());
    } catch (OperationException failed) {
      shim.abort();
      throw failed;
    }
  }

  private static OperationException failure(Order order, Shim shim) {
    shim.abort();
    String said = "";
    try {
      said = Files.readString(order.notes().resolve("shim.log")).strip();
    } catch (IOException silent) {
      // CRIU's log says more, as a rule.
    }
    String why =
        CriuLog.firstError(order.notes().resolve("restore.log"))
            .orElse(said.isEmpty() ? shim.last() : said);
    return OperationException.failed(
        "CRIU could not restore the task: " + why, "see the log of the daemon there");
  }

  /** As this node sees it. */
  public ControlBlock task() {
    return Objects.requireNonNull(task, "it has ended");
  }

  /** The first process of its pid namespace, as this node sees it. */
  public int first() {
    return first;
  }

  /** Lets it run: a life of its own. */
  public void run(int incarnation) {
    Shim gate = Objects.requireNonNull(shim);
    task().incarnation(incarnation);
    task().go(Outcome.RESTORED);
    gate.goOn();
    if (gate.await("done") < 0) throw failure(Objects.requireNonNull(order), gate);
    if (new Agent(task()).resumed(WAKE)) return;
    end();
    throw OperationException.failed(
        "the restored JVM did not wake within " + WAKE.toSeconds() + " s and was ended",
        "try once more");
  }

  /** Completes with how it ended: "exited 3", "killed 9". */
  public CompletableFuture<String> ended() {
    return gone.thenApply(ended -> read());
  }

  private String read() {
    try {
      return Files.readString(notes.resolve("end")).strip();
    } catch (IOException withItsWorld) {
      return "killed " + Signals.KILL;
    }
  }

  /** Ends it with its whole pid namespace, and waits for that. */
  public void end() {
    if (first > 1) Signals.send(first, Signals.KILL);
    gone.join();
  }
}
