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
import java.util.ArrayList;
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
  private final UnwatchedFiles unwatched;
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
    unwatched = new UnwatchedFiles(invalidations::send);
    files =
        new GuestFiles(
            new NodeTable(root, mostFiles),
            FanotifyWatch.begin(workers.threads(), invalidations::send),
            unwatched,
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
            .setAlong(true)
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

  /** A request as it arrives. */
  private record Arrived(Request request, Wait waiting, Done.Arrival arrival) {}

  /**
   * @param also what nobody waits for, and is done before; it is answered together with the request
   */
  void request(Request request, List<Request> also, GuestStream from) {
    if (closed) return;
    if (done.tooMany()) {
      from.end(Status.RESOURCE_EXHAUSTED.withDescription("the guest settles nothing"));
      return;
    }
    List<Arrived> all = new ArrayList<>(1 + also.size());
    synchronized (done) {
      // What an older stream still brings was asked again over the newer one, and may be settled.
      if (stream != from) return;
      for (Request one : also) all.add(arrived(one));
      all.add(arrived(request));
    }
    FromHome.Builder answers = FromHome.newBuilder();
    List<Arrived> later = new ArrayList<>(1);
    for (Arrived one : all) {
      once.settled(one.request().getSettledBelow(), one.request().getSettledList());
      if (one.arrival().isNew() && !mustNotWait(one.request())) later.add(one);
      else add(answers, request, one);
    }
    if (later.isEmpty()) {
      tell(answers, from);
      return;
    }
    try {
      (Calls.mayWait(request) ? workers.waiting() : workers.busy())
          .execute(
              () -> {
                later.forEach(one -> add(answers, request, one));
                tell(answers, from);
              });
    } catch (RejectedExecutionException full) {
      for (Arrived one : later)
        add(answers, request, answer(one, Answer.newBuilder().setErrno(ErrorNumber.ENOLCK)));
      tell(answers, from);
    }
  }

  private Arrived arrived(Request request) {
    Wait wait = new Wait();
    return new Arrived(request, wait, done.arrive(request, wait));
  }

  /** Others may be waiting for just this, all workers perhaps. */
  private static boolean mustNotWait(Request request) {
    return request.hasForget() || request.hasDisown();
  }

  /** The answer, where there is one: to what is under way already it comes later. */
  private void add(FromHome.Builder answers, Request main, Arrived one) {
    if (one.arrival().isNew()) add(answers, main, perform(one));
    else if (one.arrival().known() != null) add(answers, main, one.arrival().known());
  }

  private static void add(FromHome.Builder answers, Request main, Answer answer) {
    if (answer.getId() == main.getId()) answers.setAnswer(answer);
    else answers.addAlso(answer);
  }

  private void tell(FromHome.Builder answers, GuestStream from) {
    if (answers.hasAnswer() || answers.getAlsoCount() > 0) {
      send(answers.build());
      steps.after(Steps.Step.ANSWER);
    }
    from.more();
  }

  private void disown(long request) {
    Answer answer = done.disown(request);
    if (answer != null) calls.undo(request, answer);
  }

  private Answer perform(Arrived arrived) {
    Request request = arrived.request();
    if (request.hasDisown()) request.getDisown().getRequestsList().forEach(this::disown);
    long asOf = invalidations.number();
    Answer.Builder answer;
    try {
      steps.begins(request);
      if (!mustNotWait(request)) identity(request).take();
      answer = calls.perform(request, arrived.waiting(), once.begins(request));
    } catch (RuntimeException e) {
      LOG.warn("A guest's {} failed here", request.getCallCase(), e);
      answer = Answer.newBuilder().setErrno(ErrorNumber.EIO);
    } finally {
      arrived.waiting().end();
    }
    pressure.relieve();
    Node directory = files.nodes().find(request.getNode());
    return answer(
        arrived,
        answer.setAsOf(asOf).setWatched(directory != null && directory.identity() != null));
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

  /** Notes it, and undoes what was done where nobody waits for it any more. */
  private Answer answer(Arrived arrived, Answer.Builder answer) {
    Request request = arrived.request();
    Answer built = answer.setId(request.getId()).build();
    once.answers(request, built);
    if (!done.answered(built, Repetition.of(request).remembered()))
      calls.undo(request.getId(), built);
    return built;
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
      unwatched.close();
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
