package io.sojourn.node.move;

import io.grpc.StatusRuntimeException;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.JobSignals;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.home.deputy.DeputyListener;
import io.sojourn.home.deputy.DeputySignal;
import io.sojourn.node.cluster.Peers;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.LeaveRequest;
import io.sojourn.protocol.move.SignalRequest;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deputy as its task's face to whoever started it: what it is sent reaches the task, in order,
 * and how the task ends it ends, too. What it is sent during a move waits until the task is there.
 */
final class Face implements DeputyListener {
  private static final Logger log = LoggerFactory.getLogger(Face.class);

  /** SI_KERNEL. */
  private static final int FROM_KERNEL = 128;

  private static final int LEAVE_SECONDS = 30;

  private final MovedTask task;
  private final Supplier<Peers> peers;
  private final Runnable over;

  /** What came while the task was lost. On the thread that keeps the order. */
  private final List<Integer> kept = new ArrayList<>();

  private final ExecutorService inOrder =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "face");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param over the task has ended
   */
  Face(MovedTask task, Supplier<Peers> peers, Runnable over) {
    this.task = task;
    this.peers = peers;
    this.over = over;
  }

  @Override
  public void signal(DeputySignal signal) {
    if (signal.fromBefore()) return;
    // A key's, or the shell's that lets a job go on: these are for all of it.
    boolean job = signal.code() == FROM_KERNEL || signal.number() == Signals.CONT;
    later(() -> pass(signal.number(), job));
  }

  @Override
  public void stopped() {
    later(() -> pass(Signals.STOP, true));
  }

  @Override
  public void gone() {
    if (task.endsIn(task.incarnation())) later(this::killed);
  }

  private void later(Runnable work) {
    try {
      inOrder.execute(
          () -> {
            try {
              task.whenThere(work);
            } catch (RuntimeException failed) {
              log.warn("task {} was not told: {}", task.name(), failed.toString());
            }
          });
    } catch (RejectedExecutionException ended) {
      // Nobody is there to hear it.
    }
  }

  private void pass(int signal, boolean job) {
    MovedTask.Away away = task.away();
    Revival beside = task.beside();
    boolean stopped = false;
    if (away != null && away.contact().state() == Contact.State.LOST) {
      whileLost(signal, away);
      return;
    }
    // Nobody listens to the deputy any more: it keeps the signal for the next life.
    if (task.frozen() && signal != Signals.STOP) Signals.send(task.deputy().pid(), signal);
    if (beside != null) stopped = JobSignals.send(beside.task().pid(), signal, job);
    // Of a new size it hears there, when its terminal has it.
    if (away != null && !(job && signal == Signals.WINCH)) stopped = passOn(away, signal, job);
    if (stopped) stop(signal, away);
  }

  /** Nobody is there to get it: its shell may stop it, the rest waits for the next life. */
  private void whileLost(int signal, MovedTask.Away away) {
    if (JobSignals.stops(signal)) stop(signal, away);
    else if (signal != Signals.STOP && signal != Signals.CONT && signal != Signals.WINCH)
      kept.add(signal);
  }

  private boolean passOn(MovedTask.Away away, int signal, boolean job) {
    try {
      return passOnNow(away, signal, job);
    } catch (StatusRuntimeException unheard) {
      // Its shell is to have its terminal again, wherever the task is.
      if (JobSignals.stops(signal)) return true;
      throw unheard;
    }
  }

  private boolean passOnNow(MovedTask.Away away, int signal, boolean job) {
    return GuestWorldsGrpc.newBlockingStub(peers.get().channel(away.node()))
        .signal(
            SignalRequest.newBuilder().setLife(life(task)).setNumber(signal).setGroup(job).build())
        .getStopped();
  }

  /** The task has stopped, and its shell is to see that. */
  private void stop(int signal, MovedTask.@Nullable Away away) {
    try {
      if (away != null) Step.on(away.pipeSession().loop(), away.pipes()::background);
      // Where nobody could let it go on again, the kernel does not stop it, and it goes on.
      var unused =
          task.deputy()
              .stop(signal)
              .thenAccept(
                  error -> {
                    if (error == Errno.EAGAIN) later(() -> pass(Signals.CONT, true));
                  });
    } catch (IOException gone) {
      log.warn("the deputy of task {} does not stop: {}", task.name(), gone.toString());
    }
  }

  /** Somebody has killed the deputy: the task is to follow. */
  private void killed() {
    MovedTask.Away away = task.away();
    Revival beside = task.beside();
    if (beside != null) beside.end();
    if (away != null) leave(away);
    end();
  }

  private void leave(MovedTask.Away away) {
    try {
      GuestWorldsGrpc.newBlockingStub(peers.get().channel(away.node()))
          .withDeadlineAfter(LEAVE_SECONDS, TimeUnit.SECONDS)
          .leave(LeaveRequest.newBuilder().setLife(life(task)).build());
    } catch (StatusRuntimeException | OperationException unheard) {
      // Where it lives there yet, it will not be served any more.
      log.warn(
          "node {} was not told that task {} is over: {}", away.node(), task.name(), "" + unheard);
    }
  }

  static TaskLife life(MovedTask task) {
    return TaskLife.newBuilder().setTask(task.id()).setIncarnation(task.incarnation()).build();
  }

  /**
   * The task has ended.
   *
   * @param incarnation in which it did
   * @param how "exited 3", "killed 9"
   */
  void ended(int incarnation, String how) {
    // A dump ends it, too: then another life has begun when it is there.
    task.whenThere(() -> endIn(incarnation, how));
  }

  private void endIn(int incarnation, String how) {
    if (!task.endsIn(incarnation)) return;
    log.info("task {} ({}) has ended: {}", task.name(), task.id(), how);
    try {
      int value = Integer.parseInt(how.substring(how.indexOf(' ') + 1));
      if (how.startsWith("exited")) task.deputy().exit(value);
      else task.deputy().die(value);
    } catch (IOException | RuntimeException failed) {
      log.warn("the deputy of task {} did not end: {}", task.name(), failed.toString());
    }
    end();
  }

  /** Passes on what it has heard, and hears no more. */
  void rest() {
    // Nobody listens to the deputy any more: it keeps them for the next life.
    later(() -> kept.forEach(signal -> Signals.send(task.deputy().pid(), signal)));
    inOrder.shutdown();
  }

  private void end() {
    task.deputy().close();
    over.run();
    inOrder.shutdown();
  }
}
