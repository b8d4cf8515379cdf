package io.sojourn.home.deputy;

import io.sojourn.engine.linux.JobSignals;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A live connection to a deputy. The deputy goes on when it is closed, and waits for the next; it
 * goes on, too, when the daemon dies.
 */
public final class Deputy implements AutoCloseable {
  /** CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH. */
  private static final Set<Integer> KILL_NOBODY = Set.of(17, 18, 19, 20, 21, 22, 23, 28);

  private final DeputyName name;
  private final PidDescriptor process;
  private final DeputyLine line;
  private final CompletableFuture<Record> hello = new CompletableFuture<>();
  private final AtomicLong orders = new AtomicLong();
  private final Map<Long, CompletableFuture<Record>> answers = new ConcurrentHashMap<>();
  private @Nullable DeputyEvents events;

  private Deputy(DeputyName name, PidDescriptor process, DeputyLine line) {
    this.name = name;
    this.process = process;
    this.line = line;
  }

  /**
   * Connects; does not wait for a word, as the deputy may be stopped.
   *
   * @throws IOException when nobody listens there, or its process is gone or is no deputy
   */
  static Deputy connect(Path socket, DeputyName name) throws IOException {
    PidDescriptor process = PidDescriptor.open(name.pid());
    // After it was opened: from here on the number cannot become another's.
    if (name.lives())
      try {
        return new Deputy(name, process, DeputyLine.open(socket));
      } catch (IOException silent) {
        process.close();
        throw silent;
      }
    process.close();
    throw new IOException("the deputy of task " + name.task() + " is gone");
  }

  public DeputyName name() {
    return name;
  }

  public int pid() {
    return name.pid();
  }

  /** Begins to hear: signals, which wait until then, and the answers to orders. Called once. */
  public void listen(DeputyListener listener) {
    if (events != null) throw new IllegalStateException("somebody listens already");
    events = new DeputyEvents(this, line, process, listener);
    events.start();
  }

  /**
   * Waits until it has said who it is; {@link #listen} comes first.
   *
   * @throws IOException when it does not in time, or is somebody else
   */
  public void greeted(Duration limit) throws IOException {
    try {
      hello.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException silent) {
      throw new IOException("the deputy of task " + name.task() + " says nothing", silent);
    } catch (java.util.concurrent.ExecutionException wrong) {
      throw new IOException(
          wrong.getCause() instanceof IOException cause ? cause.getMessage() : "" + wrong, wrong);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  CompletableFuture<Record> hello() {
    return hello;
  }

  void answered(Record done) {
    CompletableFuture<Record> answer = answers.remove(done.number());
    if (answer != null) answer.complete(done);
  }

  /**
   * Ends it as a program that exits. Returns when the process is gone.
   *
   * @param status 0 to 255
   */
  public void exit(int status) throws IOException {
    end(Record.EXIT, status);
  }

  /**
   * Ends it as a program that this signal killed. Returns when the process is gone.
   *
   * @throws IllegalArgumentException for a signal that by itself kills nobody
   */
  public void die(int signal) throws IOException {
    if (signal < 1 || signal > 64 || KILL_NOBODY.contains(signal))
      throw new IllegalArgumentException("signal " + signal);
    if (signal == Signals.KILL) process.signal(signal);
    else end(Record.DIE, signal);
  }

  private void end(int kind, int value) throws IOException {
    order(kind, value);
    // Who is stopped obeys nobody. Its end is what its parent is to see, not that it went on.
    if (Proc.state(pid()) == 'T') process.signal(Signals.CONT);
    if (!process.ends(DeputyTimes.ANSWER))
      throw new IOException("the deputy of task " + name.task() + " does not end");
  }

  /**
   * Stops it as a program that got this signal and has no handler, so that its shell sees a stopped
   * job: SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU.
   *
   * @return completes with 0 when it was continued; with EAGAIN (11) at once where the kernel did
   *     not stop it, because its process group is orphaned
   */
  public CompletableFuture<Integer> stop(int signal) throws IOException {
    return order(Record.STOP, signal);
  }

  /**
   * Gives up a descriptor: what it stood for goes on only where somebody else holds it.
   *
   * @return completes with 0, or an errno value
   */
  public CompletableFuture<Integer> closeDescriptor(int number) throws IOException {
    return order(Record.CLOSE, number);
  }

  /**
   * Has it hold a descriptor of ours, too. Never waits.
   *
   * @return completes with the number that it has there; exceptionally where it does not hold it
   */
  public CompletableFuture<Integer> take(int descriptor) {
    return take(descriptor, 0);
  }

  /** As {@link #take(int)}, under this number, in place of what it holds there. */
  public CompletableFuture<Integer> takeAs(int descriptor, int wanted) {
    return take(descriptor, wanted + 1);
  }

  private CompletableFuture<Integer> take(int descriptor, int value) {
    long number = orders.incrementAndGet();
    try {
      CompletableFuture<Record> answer = answer(number);
      line.pass(Record.order(Record.TAKE, value, number), descriptor);
      return answer.thenApply(Deputy::taken);
    } catch (IOException busy) {
      answers.remove(number);
      return CompletableFuture.failedFuture(busy);
    }
  }

  private static int taken(Record done) {
    if (done.value() != 0) throw new IllegalStateException("error " + done.value());
    return done.descriptor();
  }

  /**
   * As {@link #closeDescriptor}, without an answer. Never waits.
   *
   * @return false where it has to be said again later
   */
  public boolean giveUp(int number) {
    return line.trySay(Record.order(Record.CLOSE, number, orders.incrementAndGet()));
  }

  CompletableFuture<Integer> order(int kind, int value) throws IOException {
    long number = orders.incrementAndGet();
    CompletableFuture<Record> answer = answer(number);
    line.say(Record.order(kind, value, number));
    return answer.thenApply(Record::value);
  }

  /** A signal that it has said need not be said again. */
  public void over(long signal) throws IOException {
    over(signal, List.of(), 0);
  }

  /**
   * As {@link #over(long)}; with it, in one step that no daemon's death cuts in two, it sends
   * signals, and stops as by {@link #stop}.
   *
   * @param signal 0 where it is none that it has said
   * @param sent where the task's user may not send one, home does
   * @param stop 0: it does not
   * @return as {@link #stop}; where it does not, with 0
   */
  public CompletableFuture<Integer> over(long signal, List<JobSignals.One> sent, int stop)
      throws IOException {
    List<Record> step = new ArrayList<>();
    int uid = Proc.identities(pid()).isEmpty() ? -1 : Proc.identities(pid()).get(1)[0];
    for (JobSignals.One one : sent) {
      if (mayBeSent(uid, one.pid())) step.add(pass(one.number(), 0, one.pid()));
      else Signals.send(one.pid(), one.number());
    }
    if (signal != 0) step.add(pass(0, signal, 0));
    CompletableFuture<Integer> answer = CompletableFuture.completedFuture(0);
    if (stop != 0) {
      long number = orders.incrementAndGet();
      answer = answer(number).thenApply(Record::value);
      step.add(Record.order(Record.STOP, stop, number));
    }
    line.say(step);
    return answer;
  }

  /** As kill(2) has it. */
  private static boolean mayBeSent(int uid, int pid) {
    List<int[]> its = Proc.identities(pid);
    return uid == 0 || its.isEmpty() || uid == its.get(0)[0] || uid == its.get(2)[0];
  }

  private Record pass(int signal, long over, int to) {
    return Record.pass(signal, over, to, orders.incrementAndGet());
  }

  private CompletableFuture<Record> answer(long number) {
    CompletableFuture<Record> answer = new CompletableFuture<>();
    answers.put(number, answer);
    return answer;
  }

  /** Duplicates of what it holds for its task. */
  public AdoptedDescriptors descriptors() {
    return new AdoptedDescriptors(this, process);
  }

  boolean owns(int number) {
    Record said = hello.getNow(null);
    return said != null && number >= said.firstOwn() && number < said.firstOwn() + 3;
  }

  public boolean lives() {
    return !process.ended();
  }

  /** Hangs up. The deputy stays. */
  @Override
  public void close() {
    if (events != null) events.close();
    else process.close();
    line.close();
    IOException closed = new IOException("hung up");
    answers.values().forEach(answer -> answer.completeExceptionally(closed));
    hello.completeExceptionally(closed);
  }
}
