package io.sojourn.home.deputy;

import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import java.io.EOFException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a deputy says, in a thread of its own, and tells the listener. */
final class DeputyEvents implements Runnable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DeputyEvents.class);

  private final Deputy deputy;
  private final DeputyLine line;
  private final PidDescriptor process;
  private final DeputyListener listener;
  private boolean stopped;
  private volatile boolean closed;
  private boolean reading = true;
  private boolean hungUp;

  DeputyEvents(Deputy deputy, DeputyLine line, PidDescriptor process, DeputyListener listener) {
    this.deputy = deputy;
    this.line = line;
    this.process = process;
    this.listener = listener;
  }

  void start() {
    Thread reader = new Thread(this, "deputy-" + deputy.pid());
    reader.setDaemon(true);
    reader.start();
    StateWatch.add(this);
  }

  @Override
  public void run() {
    try {
      read();
    } finally {
      synchronized (this) {
        reading = false;
        if (hungUp) process.close();
      }
    }
  }

  private void read() {
    try {
      greet(line.next());
      for (; ; ) hear(line.next());
    } catch (EOFException end) {
      ended("it has hung up; another daemon may have connected to it");
    } catch (IOException broken) {
      ended(String.valueOf(broken.getMessage()));
    } catch (RuntimeException fault) {
      log.error("what hears of the deputy of task {} failed", deputy.name().task(), fault);
      ended("the listener failed: " + fault);
    }
  }

  private void greet(Record hello) throws IOException {
    DeputyName name = deputy.name();
    if (hello.kind() != Record.HELLO || hello.value() != Record.VERSION)
      throw new IOException(
          "the deputy of task "
              + name.task()
              + " speaks version "
              + hello.value()
              + ", and this daemon "
              + Record.VERSION);
    // It says the number that it sees itself; one of a task beside its deputy has another outside.
    if (hello.pid() != Proc.innermostPid(name.pid())
        || hello.incarnation() != name.incarnation()
        || !hello.task().equals(name.task()))
      throw new IOException("who answers for task " + name.task() + " is not its deputy");
    deputy.hello().complete(hello);
  }

  private void hear(Record record) throws IOException {
    if (record.kind() == Record.DONE) {
      deputy.answered(record);
      return;
    }
    if (record.kind() != Record.SIGNAL) return;
    synchronized (this) {
      if (closed) return;
      // It may have been stopped anew by now, before anybody looked.
      if (record.value() == Signals.CONT) stopped = false;
      listener.signal(record.signal());
    }
  }

  /** The kernel tells nobody but the parent, so somebody has to look; see docs/deputy.md. */
  synchronized void look() {
    if (closed) return;
    // Under the lock: a SIGCONT that comes after this is told after it.
    boolean now = Proc.state(deputy.pid()) == 'T';
    if (now && !stopped) listener.stopped();
    stopped = now;
  }

  private void ended(String why) {
    deputy.hello().completeExceptionally(new IOException(why));
    boolean gone = !closed && process.ends(DeputyTimes.END);
    synchronized (this) {
      if (closed) return;
      closed = true;
      StateWatch.remove(this);
      if (gone) listener.gone();
      else listener.lost(why);
    }
  }

  /** Closes the process's descriptor as well, as soon as the reader does not wait on it. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      hungUp = true;
      if (!reading) process.close();
    }
    StateWatch.remove(this);
  }
}
