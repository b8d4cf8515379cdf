package io.sojourn.node.move;

import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.JvmCounters;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.home.deputy.DeputyListener;
import io.sojourn.home.deputy.DeputySignal;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The deputies of a frozen task are heard again, while it is brought back to life. What its face is
 * sent meanwhile waits for that; where there is none, the deputy keeps it as before.
 */
final class Attendance implements AutoCloseable {
  private static final Duration GREETING = Duration.ofSeconds(10);

  private final Moves moves;
  private final FrozenTask frozen;
  private final DeputyDirectory directory;
  private final MovedTask task;
  private final Face face;
  private final Deputy holder;
  private boolean lives;

  private Attendance(
      Moves moves,
      FrozenTask frozen,
      DeputyDirectory directory,
      MovedTask task,
      Face face,
      Deputy holder) {
    this.moves = moves;
    this.frozen = frozen;
    this.directory = directory;
    this.task = task;
    this.face = face;
    this.holder = holder;
  }

  /**
   * @throws OperationException refused, where a deputy cannot answer
   */
  static Attendance begin(
      Moves.Settings settings, Moves moves, FrozenTask frozen, ImageDirectory image) {
    String name = image.manifest().getTask().getName();
    for (var one : List.of(frozen.face(), frozen.holder()))
      if (Proc.state(one.pid()) == 'T')
        throw OperationException.refused(
            "the deputy of task " + name + " is stopped: process " + one.pid(),
            "let it go on: kill -CONT " + one.pid());
    int pid = frozen.face().pid();
    DeputyDirectory directory = new DeputyDirectory(settings.runDirectory());
    try {
      Deputy deputy = directory.connect(frozen.face());
      MovedTask task = new MovedTask(frozen.id(), name, ThreadIdentity.of(pid), pid);
      Face face = new Face(task, settings.peers(), () -> moves.forget(task));
      task.deputy(deputy, face);
      task.setsOut();
      moves.frozen().release(frozen.id());
      Deputy holder = frozen.heldBeside() ? directory.connect(frozen.holder()) : deputy;
      Attendance begun = new Attendance(moves, frozen, directory, task, face, holder);
      deputy.listen(face);
      if (frozen.heldBeside()) holder.listen(new Silent(holder));
      begun.greeted();
      return begun;
    } catch (IOException gone) {
      watchAgain(moves, frozen);
      throw OperationException.failed(
          "the deputy of task " + name + " does not answer: " + gone.getMessage(),
          "see ckpt ps " + name,
          gone);
    }
  }

  private void greeted() throws IOException {
    try {
      task.deputy().greeted(GREETING);
      holder.greeted(GREETING);
    } catch (IOException silent) {
      close();
      throw silent;
    }
  }

  MovedTask task() {
    return task;
  }

  /** Of what the task had open. */
  Deputy holder() {
    return holder;
  }

  /**
   * All but pipes and terminals, which the task is given: files, and the locks on them, too.
   *
   * @param given what /proc calls the unix connections and FIFOs that it is given as well
   */
  void giveUpFiles(Set<String> given) throws IOException {
    List<CompletableFuture<Integer>> closing = new ArrayList<>();
    for (Descriptor held : holder.descriptors().all())
      if (!held.isPipe()
          && !isTerminal(held)
          && !given.contains(held.target())
          // No image has that lock, and the file is to be there when CRIU looks for it.
          && !JvmCounters.isPath(held.path())) closing.add(holder.closeDescriptor(held.number()));
    Step.of(
        "the deputy",
        () -> {
          for (CompletableFuture<Integer> one : closing)
            one.get(GREETING.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
          return closing;
        });
  }

  private static boolean isTerminal(Descriptor held) {
    return held.target().startsWith("/dev/pts/") || held.target().matches("/dev/tty\\d*");
  }

  /** The task is there, has everything, stands still, and will be let run. */
  void lives(int incarnation, Revival here) {
    lives = true;
    task.isHome(incarnation, here);
    moves.knows(task);
    moves.ledger().isHome(task, here);
  }

  /** It has not been let run, and is frozen as before. */
  void livesNot() {
    lives = false;
    moves.drop(task);
  }

  /** It runs: what its deputy has held for it is given up. */
  void runs(Revival here) {
    if (frozen.heldBeside()) {
      holder.close();
      Step.afterwards("to end what held its files", frozen::endHolder);
      Step.afterwards("to forget what held its files", () -> directory.forget(frozen.holder()));
    }
    Step.afterwards("to give up unix connections", () -> UnixAtHome.giveUp(task.deputy()));
    Step.afterwards("to give up pipes", () -> PipesAtHome.giveUp(task.deputy()));
    JvmCounters.of(here.task().pid()).ifPresent(file -> CountersLock.give(task.deputy(), file));
  }

  @Override
  public void close() {
    if (!lives) {
      task.freezes();
      task.deputy().close();
      if (frozen.heldBeside()) holder.close();
      face.rest();
      watchAgain(moves, frozen);
    }
    task.arrives();
  }

  private static void watchAgain(Moves moves, FrozenTask frozen) {
    moves.frozen().release(frozen.id());
    Step.of(
        "the deputy",
        () -> {
          if (frozen.face().lives()) moves.frozen().keep(frozen);
          return frozen;
        });
  }

  /** Whoever holds what was open beside the deputy is told nothing that anybody wants to hear. */
  private record Silent(Deputy holder) implements DeputyListener {
    @Override
    public void signal(DeputySignal signal) {
      try {
        holder.over(signal.serial());
      } catch (IOException gone) {
        // Then nobody says it again.
      }
    }

    @Override
    public void gone() {}
  }
}
