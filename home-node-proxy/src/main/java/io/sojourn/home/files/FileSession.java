package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.FromHome;
import io.sojourn.protocol.files.Opened;
import io.sojourn.protocol.files.Opening;
import io.sojourn.protocol.files.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One task's files on one guest, over all the streams that this takes. */
final class FileSession {
  private static final Logger LOG = LoggerFactory.getLogger(FileSession.class);
  private static final int[] NO_GROUPS = {};

  private final int incarnation;
  private final ByteString session;
  private final ThreadIdentity user;
  private final Workers workers = new Workers();
  private final Done done = new Done();
  private final Invalidations invalidations = new Invalidations(this::send);
  private final GuestFiles files;
  private final Calls calls;
  private final OnceOnly once;
  private final Steps steps;
  private final Pressure pressure;
  private volatile @Nullable GuestStream stream;
  private final @Nullable FileLedger ledger;
  private volatile boolean closed;

  /**
   * @param ledger where it is noted what the guest knows and has open; null: nowhere
   * @param journal where it is noted what is done for it; null: nowhere
   */
  FileSession(
      Opening opening,
      Export export,
      int mostFiles,
      @Nullable FileLedger ledger,
      @Nullable Journal journal,
      Steps steps)
      throws Refused {
    this.ledger = ledger;
    this.steps = steps;
    incarnation = opening.getIncarnation();
    session = opening.getSession();
    user = export.user();
    int root = Refused.checked(FileCalls.directory(export.root().toString()));
    files =
        new GuestFiles(
            new NodeTable(root, mostFiles),
            FanotifyWatch.begin(workers.threads(), invalidations::send),
            export.locks(),
            export.sockets(),
            export.made(),
            ledger,
            steps);
    calls = new Calls(files);
    once = new OnceOnly(journal, files);
    pressure = new Pressure(files, invalidations);
    if (ledger == null || !opening.getAgain()) return;
    invalidations.after(opening.getHeard(), Recovery.of(files, ledger));
    done.answeredBefore(once.answers());
  }

  int incarnation() {
    return incarnation;
  }

  boolean is(ByteString other) {
    return session.equals(other);
  }

  /** Goes on over this stream. */
  void attach(GuestStream next, long heard) throws Refused {
    GuestStream before = stream;
    Opened opened =
        Opened.newBuilder()
            .setRoot(files.attributes(files.nodes().root()))
            .setWatching(files.watch().watching())
            .build();
    next.send(FromHome.newBuilder().setOpened(opened).build());
    synchronized (done) {
      stream = next;
    }
    if (before != null) before.end(Status.ABORTED.withDescription("the guest has a newer stream"));
    invalidations.sendAfter(heard);
  }

  void detach(GuestStream broken) {
    if (stream == broken) stream = null;
  }

  private void send(FromHome message) {
    GuestStream to = stream;
    // Without a stream nothing is lost: what is not answered is asked again.
    if (to != null) to.send(message);
  }

  void request(Request request, GuestStream from) {
    if (closed) return;
    if (done.tooMany()) {
      from.end(Status.RESOURCE_EXHAUSTED.withDescription("the guest settles nothing"));
      return;
    }
    Wait wait = new Wait();
    Done.Arrival arrival;
    synchronized (done) {
      // What an older stream still brings was asked again over the newer one, and may be settled.
      if (stream != from) return;
      arrival = done.arrive(request, wait);
    }
    once.settled(request.getSettledBelow(), request.getSettledList());
    if (!arrival.isNew()) {
      Answer known = arrival.known();
      if (known != null) send(FromHome.newBuilder().setAnswer(known).build());
      from.more();
      return;
    }
    if (request.hasDisown()) request.getDisown().getRequestsList().forEach(this::disown);
    if (request.hasForget() || request.hasDisown()) {
      // On this thread: all others may be waiting for just this.
      perform(request, wait, from);
      return;
    }
    try {
      (Calls.mayWait(request) ? workers.waiting() : workers.busy())
          .execute(() -> perform(request, wait, from));
    } catch (RejectedExecutionException full) {
      answer(request, Answer.newBuilder().setErrno(ErrorNumber.ENOLCK), from);
    }
  }

  private void disown(long request) {
    Answer answer = done.disown(request);
    if (answer != null) calls.undo(request, answer);
  }

  private void perform(Request request, Wait wait, GuestStream from) {
    long asOf = invalidations.number();
    Answer.Builder answer;
    try {
      steps.begins(request);
      if (!request.hasForget() && !request.hasDisown()) identity(request).take();
      answer = calls.perform(request, wait, once.begins(request));
    } catch (RuntimeException e) {
      LOG.warn("A guest's {} failed here", request.getCallCase(), e);
      answer = Answer.newBuilder().setErrno(ErrorNumber.EIO);
    } finally {
      wait.end();
    }
    pressure.relieve();
    Node directory = files.nodes().find(request.getNode());
    answer(
        request,
        answer.setAsOf(asOf).setWatched(directory != null && directory.identity() != null),
        from);
  }

  /**
   * A task of root may have processes of other users, and its guest says whose call it is; any
   * other task is its one user, whatever the guest says.
   */
  private ThreadIdentity identity(Request request) {
    return user.uid() != 0 || request.getUid() == 0
        ? user
        : new ThreadIdentity(request.getUid(), request.getGid(), NO_GROUPS);
  }

  private void answer(Request request, Answer.Builder answer, GuestStream from) {
    Answer built = answer.setId(request.getId()).build();
    once.answers(request, built);
    if (!done.answered(built, Repetition.of(request).remembered()))
      calls.undo(request.getId(), built);
    send(FromHome.newBuilder().setAnswer(built).build());
    steps.after(Steps.Step.ANSWER);
    from.more();
  }

  /** See {@link FileService#takeLocks}. */
  void takeLocks() {
    files.takeLentLocks(true);
  }

  /** See {@link FileService#letGoOfLocks}. */
  LocksAside letGoOfLocks() {
    return LocksAside.letGo(files);
  }

  /** See {@link FileService#open}. */
  List<Descriptor> open() {
    return files.handles().descriptors();
  }

  /** See {@link FileService#noteLocks}. */
  void noteLocks(Path images) throws IOException {
    LocksAside.note(files, images);
  }

  void interrupt(long id) {
    Wait wait = done.waiting(id);
    if (wait != null) wait.callOffSoon();
  }

  /** When this returns, nothing of the guest's is open or under way. */
  void close(Status status) {
    if (ledger != null) ledger.discard();
    once.discard();
    leave(status);
  }

  /** The same; but the next daemon goes on with it. */
  void leave(Status status) {
    closed = true;
    GuestStream last = stream;
    stream = null;
    done.allWaiting().forEach(Wait::callOffSoon);
    try {
      workers.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // What is closed now was not closed by the guest.
    if (ledger != null) ledger.close();
    once.leave();
    files.watch().close();
    files.close();
    if (last != null) last.end(status);
  }
}
