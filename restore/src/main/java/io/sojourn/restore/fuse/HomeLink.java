package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Closing;
import io.sojourn.protocol.files.Disown;
import io.sojourn.protocol.files.FilesGrpc;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.FromHome;
import io.sojourn.protocol.files.Invalidation;
import io.sojourn.protocol.files.Opened;
import io.sojourn.protocol.files.Opening;
import io.sojourn.protocol.files.Request;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream to home. When it breaks it is opened again, for as long as it takes, and what was not
 * answered is asked again with the same id: home knows which of it was done.
 */
final class HomeLink {
  private static final Logger LOG = LoggerFactory.getLogger(HomeLink.class);
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final long PARTING_SECONDS = 3;

  /** What nobody waits for goes along with the next request, but not later than this. */
  private static final long HELD_MILLIS = 1;

  private static final int MOST_HELD = 64;

  /** What the link tells of. */
  interface Listener {
    void answered(Pending asked, Answer answer);

    void changed(Invalidation invalidation);

    /** No answer will come: home refuses, or the policy says not to wait any longer. */
    void failed(Pending asked);
  }

  private final Channel channel;
  private final HomeTask task;
  private final HomePolicy policy;
  private final Listener listener;
  private final ScheduledExecutorService clock;
  private final ByteString session = ByteString.copyFrom(random());
  private final CompletableFuture<Opened> opened = new CompletableFuture<>();
  private final NavigableMap<Long, Pending> pending = new TreeMap<>();

  /** Answered, and above one that is not, and home does not know it yet. */
  private final List<Long> outOfOrder = new ArrayList<>();

  /** Given up, and home may have done it, and does not know yet that nobody waits for it. */
  private final NavigableSet<Long> abandoned = new TreeSet<>();

  /** Nobody waits for these; not sent yet. */
  private final List<Request> held = new ArrayList<>();

  private boolean sendingHeld;

  private long lastId;
  private @Nullable StreamObserver<FromGuest> stream;

  /** The stream has been opened at home, so requests go out at once. */
  private boolean ready;

  /** Home's daemon is of a version that knows what comes along. */
  private boolean along;

  private boolean failing;
  private boolean refused;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;
  private long pauseMillis = 10;
  private int streams;
  private int begun;
  private volatile long heard;

  HomeLink(
      Channel channel,
      HomeTask task,
      HomePolicy policy,
      Listener listener,
      ScheduledExecutorService clock) {
    this.channel = channel;
    this.task = task;
    this.policy = policy;
    this.listener = listener;
    this.clock = clock;
  }

  private static byte[] random() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /** Completes when home serves the task's files; exceptionally where it refuses to. */
  CompletableFuture<Opened> open() {
    connect();
    return opened;
  }

  /** The last invalidation that has arrived. */
  long heard() {
    return heard;
  }

  private synchronized void connect() {
    if (closed) return;
    FromHomeObserver observer = new FromHomeObserver(++streams);
    // Its callbacks run where the bytes arrive: an answer only goes on to the kernel.
    stream =
        FilesGrpc.newStub(channel).withWaitForReady().withExecutor(Runnable::run).serve(observer);
    stream.onNext(
        FromGuest.newBuilder()
            .setOpening(
                Opening.newBuilder()
                    .setTask(task.id())
                    .setIncarnation(task.incarnation())
                    .setSession(session)
                    .setAgain(opened.isDone())
                    .setHeard(heard))
            .build());
  }

  /** Asks home; the answer comes to the listener. */
  void send(Pending asked) {
    synchronized (this) {
      if (!failing || (!refused && waits(asked))) {
        // Answers come together, and that to a lock may be long in coming.
        if (mayWait(asked)) sendHeld();
        say(numbered(asked));
        if (asked.interrupted()) interrupt(asked);
        return;
      }
    }
    listener.failed(asked);
  }

  /** The same for what nobody waits for: a message less, where another follows soon. */
  void sendLater(Pending asked) {
    synchronized (this) {
      if (ready && along && !failing) {
        held.add(numbered(asked));
        sendHeldSoon();
        if (held.size() >= MOST_HELD) sendHeld();
        return;
      }
    }
    send(asked);
  }

  /** Whether or not anything comes that it could go along with. */
  private void sendHeldSoon() {
    if (sendingHeld) return;
    sendingHeld = true;
    var unused =
        clock.schedule(
            () -> {
              synchronized (this) {
                sendingHeld = false;
                sendHeld();
              }
            },
            HELD_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private void sendHeld() {
    if (!held.isEmpty()) say(held.remove(held.size() - 1));
  }

  private Request numbered(Pending asked) {
    long id = ++lastId;
    pending.put(id, asked);
    Request request =
        asked.draft().setId(id).setSettledBelow(firstUnsettled()).addAllSettled(outOfOrder).build();
    outOfOrder.clear();
    asked.numbered(request);
    return request;
  }

  private void say(Request request) {
    if (!ready || stream == null) return;
    stream.onNext(FromGuest.newBuilder().setRequest(request).addAllAlso(held).build());
    held.clear();
  }

  private static boolean mayWait(Pending asked) {
    return switch (asked.draft().getCallCase()) {
      case SET_LOCK, WHOLE_LOCK, DIGEST -> true;
      default -> false;
    };
  }

  private long firstUnsettled() {
    long first = pending.isEmpty() ? Long.MAX_VALUE : pending.firstKey();
    return abandoned.isEmpty() ? first : Math.min(first, abandoned.first());
  }

  /** Whether home can be asked just now. */
  synchronized boolean connected() {
    return ready;
  }

  /** Ends the waiting of a request, where it is one that waits. */
  synchronized void interrupt(Pending asked) {
    asked.interrupt();
    if (ready && stream != null)
      stream.onNext(FromGuest.newBuilder().setInterrupt(asked.request().getId()).build());
  }

  private synchronized void begun(int number, Opened first) {
    if (number != streams || stream == null) return;
    ready = true;
    along = first.getAlong();
    begun++;
    failing = false;
    pauseMillis = 10;
    // Those that were held, too.
    held.clear();
    for (Pending asked : pending.values()) {
      stream.onNext(FromGuest.newBuilder().setRequest(asked.request()).build());
      if (asked.interrupted()) interrupt(asked);
    }
    opened.complete(first);
  }

  private void answered(Answer answer) {
    Pending asked;
    synchronized (this) {
      asked = pending.remove(answer.getId());
      if (asked != null && firstUnsettled() < answer.getId()) outOfOrder.add(answer.getId());
    }
    if (asked == null) return;
    listener.answered(asked, answer);
    asked.isDone();
  }

  private void changed(Invalidation invalidation) {
    // First the number, then the news: an answer that is being given just now sees one of them.
    heard = Math.max(heard, invalidation.getNumber());
    listener.changed(invalidation);
  }

  private synchronized void broken(int number, Status status) {
    if (number != streams || closed) return;
    stream = null;
    boolean was = ready;
    ready = false;
    if (refused(status)) {
      lost(status);
      return;
    }
    if (was) LOG.warn("Home of {} cannot be reached; its file calls wait: {}", task.id(), status);
    if (was) policy.failAfter().ifPresent(this::failLater);
    long pause = pauseMillis;
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    var unused = clock.schedule(this::connect, pause, TimeUnit.MILLISECONDS);
  }

  private static boolean refused(Status status) {
    return switch (status.getCode()) {
      case PERMISSION_DENIED,
          UNAUTHENTICATED,
          NOT_FOUND,
          FAILED_PRECONDITION,
          ABORTED,
          UNIMPLEMENTED,
          INVALID_ARGUMENT ->
          true;
      default -> false;
    };
  }

  private void lost(Status status) {
    LOG.warn("Home does not serve the files of {}: {}", task.id(), status);
    opened.completeExceptionally(
        new HomeLostException(
            "home does not serve the files of " + task.id() + ": " + status.getDescription(),
            status.asRuntimeException()));
    refused = true;
    failAll();
  }

  /**
   * A page of a file may be one that the program has mapped, its code for instance: the kernel
   * would kill it with SIGBUS. So such calls wait for home whatever the policy says; so does what
   * lets go of something, for which nobody waits.
   */
  private static boolean waits(Pending asked) {
    return asked.opcode() == Opcode.READ
        || switch (asked.draft().getCallCase()) {
          case RELEASE, FORGET, DISOWN -> true;
          default -> false;
        };
  }

  private void failLater(java.time.Duration patience) {
    int before = begun;
    var unused =
        clock.schedule(
            () -> {
              synchronized (this) {
                if (!ready && begun == before) failAll();
              }
            },
            patience.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void failAll() {
    failing = true;
    List<Pending> all =
        pending.values().stream().filter(asked -> refused || !waits(asked)).toList();
    pending.values().removeAll(all);
    if (!refused && !all.isEmpty()) disown(all);
    all.forEach(listener::failed);
  }

  /** Home may have done them: what they have opened there is closed as soon as it is back. */
  private void disown(List<Pending> givenUp) {
    List<Long> ids = givenUp.stream().map(one -> one.request().getId()).toList();
    abandoned.addAll(ids);
    Request.Builder disown =
        Request.newBuilder().setDisown(Disown.newBuilder().addAllRequests(ids));
    send(givenUp.get(0).ours(disown, done -> settled(ids)));
  }

  private synchronized void settled(List<Long> ids) {
    ids.forEach(abandoned::remove);
  }

  /** Tells home that nothing is needed any more, and waits a little for it to have let go. */
  void close() throws InterruptedException {
    synchronized (this) {
      if (closed) return;
      closed = true;
      if (stream == null) return;
      if (ready)
        stream.onNext(FromGuest.newBuilder().setClosing(Closing.getDefaultInstance()).build());
      else stream.onCompleted();
      if (!ready) return;
    }
    if (!ended.await(PARTING_SECONDS, TimeUnit.SECONDS))
      LOG.warn("Home does not say that it has let go of the files of {}", task.id());
  }

  private final class FromHomeObserver implements StreamObserver<FromHome> {
    private final int number;

    FromHomeObserver(int number) {
      this.number = number;
    }

    @Override
    public void onNext(FromHome message) {
      switch (message.getKindCase()) {
        case OPENED -> begun(number, message.getOpened());
        case ANSWER -> {
          message.getAlsoList().forEach(HomeLink.this::answered);
          answered(message.getAnswer());
        }
        // The request itself is under way since an earlier stream.
        case KIND_NOT_SET -> message.getAlsoList().forEach(HomeLink.this::answered);
        case INVALIDATION -> changed(message.getInvalidation());
        default -> LOG.warn("Home says what this node does not understand");
      }
    }

    @Override
    public void onError(Throwable cut) {
      if (closed) ended.countDown();
      broken(number, Status.fromThrowable(cut));
    }

    @Override
    public void onCompleted() {
      if (closed) ended.countDown();
      broken(number, Status.UNAVAILABLE.withDescription("home has ended the stream"));
    }
  }
}
