package io.sojourn.node.move;

import io.grpc.StatusRuntimeException;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.JobSignals;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.home.deputy.DeputyListener;
import io.sojourn.home.deputy.DeputySignal;
import io.sojourn.node.cluster.Peers;
import io.sojourn.node.move.SignalQueue.Waiting;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.LeaveRequest;
import io.sojourn.protocol.move.SignalRequest;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deputy as its task's face to whoever started it: what it is sent reaches the task, in order,
 * and how the task ends it ends, too. What it is sent during a move waits until the task is there.
 */
final class Face implements DeputyListener, SignalQueue.Way {
  private static final Logger log = LoggerFactory.getLogger(Face.class);

  /** SI_KERNEL. */
  private static final int FROM_KERNEL = 128;

  private static final int LEAVE_SECONDS = 30;

  /** As often as a node is looked for that does not answer. */
  private static final int AGAIN_MILLIS = 1_000;

  private static final Set<Integer> OF_ONE_LIFE = Set.of(Signals.CONT, Signals.WINCH);

  private final MovedTask task;
  private final Supplier<Peers> peers;
  private final Runnable over;

  /** It keeps the order. */
  private final ScheduledThreadPoolExecutor inOrder =
      new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("face", true));

  private final SignalQueue signals = new SignalQueue(this);

  /** From the task's last life elsewhere: up to this one it has had them. */
  private volatile long hasHad;

  private boolean again;

  /**
   * @param over the task has ended
   */
  Face(MovedTask task, Supplier<Peers> peers, Runnable over) {
    this.task = task;
    this.peers = peers;
    this.over = over;
    inOrder.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void signal(DeputySignal signal) {
    // A key's, or the shell's that lets a job go on: these are for all of it.
    boolean job = signal.code() == FROM_KERNEL || signal.number() == Signals.CONT;
    Waiting one = new Waiting(signal.serial(), signal.number(), job);
    if (signal.fromBefore()) over(one);
    else later(() -> comes(one));
  }

  @Override
  public void stopped() {
    later(() -> comes(new Waiting(0, Signals.STOP, true)));
  }

  @Override
  public void gone() {
    if (task.endsIn(task.incarnation())) later(this::killed);
  }

  /** Up to this signal the task has had all, in a life that is over. */
  void hadUpTo(long serial) {
    hasHad = Math.max(hasHad, serial);
  }

  private void later(Runnable work) {
    try {
      inOrder.execute(() -> whenThere(work));
    } catch (RejectedExecutionException ended) {
      // Nobody is there to hear it.
    }
  }

  private void whenThere(Runnable work) {
    try {
      task.whenThere(work);
    } catch (RuntimeException failed) {
      log.warn("task {} was not told: {}", task.name(), failed.toString());
    }
  }

  private void comes(Waiting signal) {
    signals.add(signal);
    passAll();
  }

  private void passAll() {
    if (signals.pass() || again) return;
    again = true;
    try {
      var unused =
          inOrder.schedule(() -> whenThere(this::passAgain), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      // They are the deputy's, and the next life's.
    }
  }

  private void passAgain() {
    again = false;
    passAll();
  }

  /** Whoever dies in between: the deputy keeps it until the task has it, which has it once. */
  @Override
  public boolean pass(Waiting signal) {
    MovedTask.Away away = task.away();
    Revival beside = task.beside();
    if (signal.serial() != 0 && signal.serial() <= hasHad) over(signal);
    else if (away != null) return passOn(away, signal);
    else if (beside != null) passBeside(beside, signal);
    else return false;
    return true;
  }

  @Override
  public boolean passesBy(Waiting signal) {
    MovedTask.Away away = task.away();
    if (away == null) return false;
    // Its shell is to have its terminal again, wherever the task is.
    if (JobSignals.stops(signal.number())) {
      stop(signal, away);
      return true;
    }
    // What is restored runs, and looks at its terminal anew.
    boolean lost = away.contact().state() == Contact.State.LOST;
    boolean ofThisLife = signal.stops() || OF_ONE_LIFE.contains(signal.number());
    if (lost && ofThisLife) over(signal);
    return lost && ofThisLife;
  }

  @Override
  public void over(Waiting signal) {
    tell(signal, List.of(), false);
  }

  private boolean passOn(MovedTask.Away away, Waiting signal) {
    // Of a new size it hears there, when its terminal has it.
    if (signal.job() && signal.number() == Signals.WINCH) {
      over(signal);
      return true;
    }
    if (away.contact().state() == Contact.State.LOST) return false;
    boolean stopped = false;
    try {
      stopped = passOnNow(away, signal);
    } catch (RuntimeException unheard) {
      // A daemon that has just started knows no other nodes yet.
      if (!isRefused(unheard)) return false;
      log.warn("task {} was not told: {}", task.name(), unheard.toString());
    }
    if (stopped) stop(signal, away);
    else over(signal);
    return true;
  }

  /** Its node has heard it, and cannot do it. One that does not know the task says so to others. */
  private static boolean isRefused(RuntimeException unheard) {
    return unheard instanceof StatusRuntimeException answer
        && Problems.in(answer)
            .filter(problem -> problem.kind() != OperationException.Kind.NOT_FOUND)
            .isPresent();
  }

  private boolean passOnNow(MovedTask.Away away, Waiting signal) {
    return GuestWorldsGrpc.newBlockingStub(peers.get().channel(away.node()))
        .signal(
            SignalRequest.newBuilder()
                .setLife(life(task))
                .setSerial(signal.serial())
                .setNumber(signal.number())
                .setGroup(signal.job())
                .build())
        .getStopped();
  }

  /** The deputy sends it: it knows then what it has sent, whoever dies. */
  private void passBeside(Revival beside, Waiting signal) {
    int process = beside.task().pid();
    if (signal.serial() != 0) {
      JobSignals.Plan plan = JobSignals.plan(process, signal.number(), signal.job());
      tell(signal, plan.sent(), plan.stops());
    } else JobSignals.send(process, signal.number(), signal.job()); // It may stand still itself.
  }

  /** The task has stopped, and its shell is to see that. */
  private void stop(Waiting signal, MovedTask.Away away) {
    Step.of("the terminal", () -> Step.on(away.pipeSession().loop(), away.pipes()::background));
    tell(signal, List.of(), true);
  }

  private void tell(Waiting signal, List<JobSignals.One> sent, boolean stops) {
    try {
      // Where nobody could let it go on again, the kernel does not stop it, and it goes on.
      var unused =
          task.deputy()
              .over(signal.serial(), sent, stops ? signal.number() : 0)
              .thenAccept(
                  error -> {
                    if (error == Errno.EAGAIN)
                      later(() -> comes(new Waiting(0, Signals.CONT, true)));
                  });
    } catch (IOException gone) {
      // What it has not been told it says again.
      log.warn("the deputy of task {} does not hear: {}", task.name(), gone.toString());
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

  /** Hears no more: what has not been passed on the deputy keeps for the next life. */
  void rest() {
    inOrder.shutdown();
  }

  private void end() {
    task.deputy().close();
    over.run();
    inOrder.shutdown();
  }
}
