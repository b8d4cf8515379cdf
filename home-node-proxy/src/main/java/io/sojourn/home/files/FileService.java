package io.sojourn.home.files;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.protocol.files.FilesGrpc;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.FromHome;
import io.sojourn.protocol.files.Opening;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves tasks' files to the guest nodes that they run on. Add it to the server that guests reach;
 * messages are up to 1 MiB and a little.
 */
public final class FileService extends FilesGrpc.FilesImplBase implements AutoCloseable {
  /** How many requests of one guest are under way at home; more wait in the stream. */
  private static final int WINDOW = 512;

  private final Exports exports;
  private final int mostFiles;
  private final @Nullable Path ledgers;
  private final Steps steps;
  private final Map<String, FileSession> sessions = new HashMap<>();

  public FileService(Exports exports) {
    this(exports, OpenFileLimit.share(), null, Steps.NONE);
  }

  /**
   * @param ledgers a directory on a tmpfs, where it is noted what guests have open: the next daemon
   *     finds it again
   */
  public FileService(Exports exports, Path ledgers) {
    this(exports, OpenFileLimit.share(), ledgers, Steps.NONE);
  }

  /**
   * @param mostFiles that one guest may know at once
   */
  public FileService(Exports exports, int mostFiles) {
    this(exports, mostFiles, null, Steps.NONE);
  }

  FileService(Exports exports, int mostFiles, @Nullable Path ledgers, Steps steps) {
    this.steps = steps;
    this.exports = exports;
    this.mostFiles = mostFiles;
    this.ledgers = ledgers;
  }

  /** Ends a task's session, where it has one: locks and descriptors go. */
  public void end(String task) {
    FileSession ended;
    synchronized (sessions) {
      ended = sessions.remove(task);
    }
    if (ended != null)
      ended.close(Status.ABORTED.withDescription("the task's files were called back"));
  }

  /**
   * Takes the locks of a task that a process of home held in its place, and has let go of by its
   * end. Where others are quicker it waits for them.
   */
  public void takeLocks(String task) {
    FileSession session = session(task);
    if (session != null) session.takeLocks();
  }

  /**
   * Lets go of all locks that a task has, which stands still and is to be restored at home, where
   * it takes them itself. Until then others may take them.
   *
   * @return those that it had; empty where it has no files here
   */
  public Optional<LocksAside> letGoOfLocks(String task) {
    FileSession session = session(task);
    return Optional.ofNullable(session).map(FileSession::letGoOfLocks);
  }

  /** What a task that is away has open: this process has it open for it. */
  public List<Descriptor> open(String task) {
    FileSession session = session(task);
    return session == null ? List.of() : session.open();
  }

  /** Notes in an image of a task, which stands still, the locks that it has and keeps. */
  public void noteLocks(String task, Path images) throws IOException {
    FileSession session = session(task);
    if (session != null) session.noteLocks(images);
  }

  private @Nullable FileSession session(String task) {
    synchronized (sessions) {
      return sessions.get(task);
    }
  }

  /** Guests go on with the next daemon, where what they have open is noted. */
  @Override
  public void close() {
    List<FileSession> all;
    synchronized (sessions) {
      all = List.copyOf(sessions.values());
      sessions.clear();
    }
    Status status =
        ledgers == null
            ? Status.ABORTED.withDescription("home serves no more files")
            : Status.UNAVAILABLE.withDescription("home's daemon ends");
    all.forEach(session -> session.leave(status));
  }

  @Override
  public StreamObserver<FromGuest> serve(StreamObserver<FromHome> answers) {
    ServerCallStreamObserver<FromHome> observer = (ServerCallStreamObserver<FromHome>) answers;
    observer.disableAutoRequest();
    GuestStream stream = new GuestStream(observer);
    Conversation conversation = new Conversation(stream);
    observer.setOnCancelHandler(conversation::broken);
    observer.request(1);
    return conversation;
  }

  /** What one stream says. */
  private final class Conversation implements StreamObserver<FromGuest> {
    private final GuestStream stream;
    private volatile @Nullable FileSession session;
    private String task = "";

    Conversation(GuestStream stream) {
      this.stream = stream;
    }

    @Override
    public void onNext(FromGuest message) {
      FileSession known = session;
      if (known == null) {
        // No further message comes before the stream asks for more.
        aside(() -> open(message));
        return;
      }
      switch (message.getKindCase()) {
        case REQUEST -> known.request(message.getRequest(), message.getAlsoList(), stream);
        case INTERRUPT -> {
          known.interrupt(message.getInterrupt());
          stream.more();
        }
        case CLOSING ->
            aside(
                () -> {
                  forget(task, known);
                  known.close(Status.OK);
                });
        default ->
            stream.end(Status.INVALID_ARGUMENT.withDescription("a message without a meaning"));
      }
    }

    private void open(FromGuest message) {
      if (!message.hasOpening()) {
        stream.end(Status.INVALID_ARGUMENT.withDescription("a stream begins with an opening"));
        return;
      }
      Opening opening = message.getOpening();
      try {
        task = opening.getTask();
        FileSession opened = session(opening);
        opened.attach(stream, opening.getHeard());
        session = opened;
        for (int i = 0; i < WINDOW; i++) stream.more();
      } catch (StatusException e) {
        stream.end(e.getStatus());
      } catch (Refused e) {
        stream.end(
            Status.FAILED_PRECONDITION.withDescription(
                "the task's root cannot be opened at home: errno " + e.errno()));
      }
    }

    void broken() {
      FileSession known = session;
      if (known != null) known.detach(stream);
    }

    @Override
    public void onError(Throwable cut) {
      broken();
    }

    @Override
    public void onCompleted() {
      broken();
      stream.end(Status.OK);
    }
  }

  /** Beginning and ending take as long as calls that are under way; the network's thread cannot. */
  private static void aside(Runnable work) {
    Thread thread = new Thread(Context.current().wrap(work), "files-session");
    thread.setDaemon(true);
    thread.start();
  }

  private FileSession session(Opening opening) throws StatusException, Refused {
    Export export = exports.find(opening.getTask(), opening.getIncarnation());
    FileSession old;
    FileSession opened;
    synchronized (sessions) {
      old = sessions.get(opening.getTask());
      if (old != null && old.is(opening.getSession())) return old;
      if (old != null && old.incarnation() > opening.getIncarnation())
        throw Status.PERMISSION_DENIED
            .withDescription("a newer incarnation of " + opening.getTask() + " has these files")
            .asException();
      opened =
          new FileSession(opening, export, mostFiles, ledger(opening), journal(opening), steps);
      sessions.put(opening.getTask(), opened);
    }
    if (old != null) old.close(Status.ABORTED.withDescription("a newer session has these files"));
    try {
      // It may have been taken back since: then nobody has ended this one.
      exports.find(opening.getTask(), opening.getIncarnation());
    } catch (StatusException takenBack) {
      forget(opening.getTask(), opened);
      opened.close(takenBack.getStatus());
      throw takenBack;
    }
    return opened;
  }

  private @Nullable FileLedger ledger(Opening opening) throws StatusException {
    if (!opening.getAgain()) return ledgers == null ? null : FileLedger.begin(ledgers, opening);
    FileLedger found = ledgers == null ? null : FileLedger.read(ledgers, opening);
    if (found == null)
      throw Status.NOT_FOUND.withDescription("home has lost what this task had open").asException();
    return found;
  }

  private @Nullable Journal journal(Opening opening) {
    if (ledgers == null) return null;
    return opening.getAgain() ? Journal.found(ledgers, opening) : Journal.begin(ledgers, opening);
  }

  private void forget(String task, FileSession session) {
    synchronized (sessions) {
      sessions.remove(task, session);
    }
  }
}
