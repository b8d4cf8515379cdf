package io.sojourn.restore.fuse;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.linux.RawPipe;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.Fifo;
import io.sojourn.protocol.files.Request;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * FIFOs of home's that the task opens by their names. Its kernel makes a FIFO of its own of each,
 * and asks nobody. So when a thread looks one up in open(2), and then waits for somebody at the
 * other end, that is this process, as soon as somebody at home is there for whom it stands.
 */
final class HomeFifos implements AutoCloseable {
  /**
   * Between two looks at a thread that waits, and two questions to home: at first; and when it has
   * waited for long.
   */
  private static final long AGAIN_MILLIS = 20, SELDOM_MILLIS = 250;

  /** So that a part of the time that a thread has waited passes before the next look. */
  private static final int PART = 20;

  /** Between two looks at those who have read an end. */
  private static final long READERS_MILLIS = 500;

  /** For so many looks it is tried after a thread that waits for nobody has opened its end. */
  private static final int TRIES = 5;

  private final SocketDirectory directory;
  private final Consumer<Pending> home;

  /** To open one asks the file system, which is this process. */
  private final ScheduledExecutorService opener =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("home-fifos", true));

  private final FifoReaders readers;
  private volatile @Nullable SocketCallers callers;

  /** Of those who wait since before there was anybody who carries. */
  private final Queue<Opening> early = new ConcurrentLinkedQueue<>();

  /**
   * @param home is asked
   */
  HomeFifos(SocketDirectory directory, Consumer<Pending> home) {
    this.directory = directory;
    this.home = home;
    readers =
        new FifoReaders(
            (one, answered) -> {
              SocketCallers by = Objects.requireNonNull(callers);
              by.loop().execute(() -> by.closed(one.atHome()));
              giveUp(one.asked(), one.file(), one.atHome(), answered);
            });
    opener.scheduleWithFixedDelay(
        readers::look, READERS_MILLIS, READERS_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** From now on there is somebody who carries what the task says. */
  void reachedBy(SocketCallers carrying) {
    callers = carrying;
    begin();
  }

  private void begin() {
    for (Opening one; (one = early.poll()) != null; ) one.later();
  }

  /** The kernel is to look it up each time. */
  static boolean isFifo(Entry entry) {
    return (entry.getAttributes().getMode() & Statx.S_IFMT) == Statx.S_IFIFO;
  }

  /** A name was looked up that is a FIFO's; {@code tell} answers that. */
  void lookedUp(Pending asked, Answer answer, Runnable tell) {
    Optional<OpeningThread> thread =
        asked.thread() == 0 ? Optional.empty() : OpeningThread.of(asked.thread());
    if (thread.isEmpty()) {
      tell.run();
      return;
    }
    Opening opening = new Opening(asked, answer.getEntry(), thread.get(), tell);
    boolean carried = callers != null;
    if (opening.waitsForNobody() && carried) onOpener(opening::askToWrite);
    else {
      tell.run();
      if (carried) opening.later();
      else early.add(opening);
      if (callers != null) begin();
    }
  }

  private void onOpener(Runnable work) {
    try {
      opener.execute(work);
    } catch (RejectedExecutionException over) {
      // So is the task.
    }
  }

  private void ask(
      Pending asked, Entry file, Fifo.Builder question, IntConsumer answered, IntConsumer refused) {
    Request.Builder request =
        Request.newBuilder()
            .setUid(asked.draft().getUid())
            .setGid(asked.draft().getGid())
            .setNode(file.getNode())
            .setFifo(question);
    home.accept(
        asked.ours(
            request,
            answer ->
                onOpener(
                    () -> {
                      if (answer.getErrno() == 0) answered.accept((int) answer.getNumber());
                      else refused.accept(answer.getErrno());
                    })));
  }

  private void giveUp(Pending asked, Entry file, int atHome, Runnable answered) {
    Fifo.Builder question = Fifo.newBuilder().setGiveUp(atHome);
    ask(asked, file, question, done -> answered.run(), gone -> answered.run());
  }

  /** Of one thread. On the opener's, but for what begins it. */
  private final class Opening {
    private final Pending asked;
    private final Entry file;
    private final OpeningThread thread;
    private final Runnable tell;
    private int atHome = -1;
    private int tries = TRIES;

    Opening(Pending asked, Entry file, OpeningThread thread, Runnable tell) {
      this.asked = asked;
      this.file = file;
      this.thread = thread;
      this.tell = tell;
    }

    /** Its kernel refuses a writer that does not wait where there is no reader: home decides. */
    boolean waitsForNobody() {
      return thread.writes() && thread.atOnce();
    }

    void later() {
      try {
        long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked.nanos());
        long pause = Math.min(SELDOM_MILLIS, AGAIN_MILLIS + waited / PART);
        opener.schedule(this::look, pause, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException over) {
        // So is the task.
      }
    }

    private void ask(Fifo.Builder question, IntConsumer answered, IntConsumer refused) {
      HomeFifos.this.ask(asked, file, question, answered, refused);
    }

    /** A writer that does not wait hears whether somebody reads when that is known. */
    void askToWrite() {
      if (!readers.gone(file.getNode())) {
        opener.schedule(this::askToWrite, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        return;
      }
      ask(
          open(),
          number -> {
            atHome = number;
            meet();
            tell.run();
          },
          none -> tell.run());
    }

    private void look() {
      if (thread.writes() && !readers.gone(file.getNode())) {
        later();
        return;
      }
      boolean opened = !thread.goesOn();
      if (opened && (!thread.atOnce() || --tries == 0)) {
        // It has met somebody else, was interrupted, or may not open it.
        giveUp();
        return;
      }
      if (thread.writes()) ask(open(), this::met, this::again);
      else if (atHome < 0) ask(open(), this::reads, this::again);
      else if (thread.atOnce()) meet();
      else ask(Fifo.newBuilder().setHasCome(atHome), this::hasCome, lost -> anew());
    }

    private Fifo.Builder open() {
      Fifo.Nothing nothing = Fifo.Nothing.getDefaultInstance();
      return thread.writes()
          ? Fifo.newBuilder().setOpenToWrite(nothing)
          : Fifo.newBuilder().setOpenToRead(nothing);
    }

    /**
     * ENXIO: nobody reads there yet. EIO: nobody can keep it there yet. What else there is the
     * task's kernel has said to it.
     */
    private void again(int error) {
      if (error == ErrorNumber.ENXIO || error == ErrorNumber.EIO) later();
    }

    private void anew() {
      atHome = -1;
      later();
    }

    private void met(int number) {
      atHome = number;
      if (thread.goesOn()) meet();
      else giveUp();
    }

    private void reads(int number) {
      atHome = number;
      later();
    }

    private void hasCome(int yes) {
      if (yes != 0) meet();
      else later();
    }

    /** We are the other end. */
    private void meet() {
      int named = directory.open(file);
      if (named < 0) {
        giveUp();
        return;
      }
      Path path = Path.of("/proc/self/fd/" + named);
      try {
        RawSocket ours = RawPipe.end(path, !thread.writes());
        carried(ours, RawPipe.look(path));
      } catch (RawSocket.SocketException nobodyThere) {
        if (thread.atOnce() && nobodyThere.error() == ErrorNumber.ENXIO && tries > 0) later();
        else giveUp();
      } finally {
        FileCalls.close(named);
      }
    }

    private void carried(RawSocket ours, RawSocket itself) {
      SocketCallers by = Objects.requireNonNull(callers);
      int number = atHome;
      boolean reads = !thread.writes();
      atHome = -1;
      FifoReaders.One reader =
          reads ? new FifoReaders.One(asked, file, number, thread.process()) : null;
      by.loop()
          .execute(
              () -> {
                if (by.opened(ours, itself, number, reads, () -> over(reader))) return;
                HomeFifos.this.giveUp(asked, file, number, () -> {});
              });
    }

    private void over(FifoReaders.@Nullable One reader) {
      if (reader != null) onOpener(() -> readers.ended(reader));
    }

    private void giveUp() {
      if (atHome < 0) return;
      HomeFifos.this.giveUp(asked, file, atHome, () -> {});
      atHome = -1;
    }
  }

  @Override
  public void close() {
    opener.shutdownNow();
  }
}
