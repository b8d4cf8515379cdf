package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ContentDigests;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Change;
import io.sojourn.protocol.files.Digest;
import io.sojourn.protocol.files.OpenHandle;
import io.sojourn.protocol.files.Read;
import io.sojourn.protocol.files.Request;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Files of home's that this node has too, at the same path and with the same content: programs,
 * libraries, a JDK. They are read here. That they are the same is proved by both sides' SHA-256,
 * beside the calls; from then on each change that home tells of, or that the task makes, ends it,
 * and each read sees that this node's file is what it was.
 */
final class Twins implements AutoCloseable {
  /** Smaller ones come with one answer of home's. */
  private static final long SMALLEST = 64 << 10;

  /** Larger ones would take both nodes long to compare. */
  private static final long LARGEST = 1L << 30;

  private static final int MOST = 1000;

  /** Much is opened when a task has just come, and then the processors have other things to do. */
  private static final long LATER_MILLIS = 2000;

  /**
   * Of these it is asked at once whether both sides have compared them before: a restore reads a
   * class data archive of 12 MB, whose pages it then overwrites, while the task stands still.
   */
  private static final long LARGE = 1 << 20;

  private static final int READERS = 2;

  /** Of this process: it is the same file for every task. */
  private static final ContentDigests DIGESTS = new ContentDigests();

  /** What is known of one of home's files: its twin, if it has one, and whether that is proved. */
  private static final class Candidate {
    private final Pending open;
    private final OpenHandle handle;
    private @Nullable Twin twin;
    private boolean proved;

    Candidate(Pending open, OpenHandle handle) {
      this.open = open;
      this.handle = handle;
    }

    long node() {
      return open.node();
    }
  }

  private final Map<Long, Candidate> candidates = new LinkedHashMap<>(16, 0.75f, true);
  private final ThreadLocal<FuseReply> replies = ThreadLocal.withInitial(FuseReply::new);
  private final ScheduledExecutorService judge =
      Executors.newSingleThreadScheduledExecutor(Twins::thread);
  private final ExecutorService readers = Executors.newFixedThreadPool(READERS, Twins::thread);
  private final Path root;
  private final Map<Long, Pending> asked;
  private final Consumer<Pending> home;

  /**
   * @param root under which this node's own files are
   * @param asked requests that the kernel waits for, by their number
   * @param home where requests go otherwise
   */
  Twins(Path root, Map<Long, Pending> asked, Consumer<Pending> home) {
    this.root = root;
    this.asked = asked;
    this.home = home;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "home-twins");
    thread.setDaemon(true);
    return thread;
  }

  /** Home has opened a file for the task, to be read. */
  void opened(Pending open, OpenHandle handle) {
    if (handle.getSize() < SMALLEST || handle.getSize() > LARGEST) return;
    Candidate candidate = new Candidate(open, handle);
    synchronized (candidates) {
      if (candidates.putIfAbsent(open.node(), candidate) != null) return;
      if (candidates.size() > MOST) remove(candidates.keySet().iterator().next());
    }
    if (handle.getSize() < LARGE) later(candidate);
    else execute(judge, () -> look(candidate, true));
  }

  private void later(Candidate candidate) {
    try {
      judge.schedule(() -> look(candidate, false), LATER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // Nobody asks any more.
    }
  }

  /**
   * @param known whether neither side is to read the file for it
   */
  private void look(Candidate candidate, boolean known) {
    Twin twin = Twin.open(here(candidate.handle.getPath()), candidate.handle.getSize());
    if (twin == null) return;
    if (known && !twin.isKnown(DIGESTS)) {
      twin.close();
      later(candidate);
      return;
    }
    synchronized (candidates) {
      if (candidates.get(candidate.node()) != candidate) {
        twin.close();
        return;
      }
      candidate.twin = twin;
    }
    Request.Builder digest =
        Request.newBuilder()
            .setNode(candidate.node())
            .setDigest(Digest.newBuilder().setKnown(known));
    home.accept(
        candidate.open.ours(
            digest, answer -> execute(judge, () -> decide(candidate, twin, known, answer))));
  }

  /** A name need not be text; then it is not looked for. */
  private Path here(ByteString path) {
    try {
      Path here = root.resolve(path.toString(StandardCharsets.UTF_8)).normalize();
      return here.startsWith(root) ? here : root;
    } catch (InvalidPathException notText) {
      return root;
    }
  }

  private void decide(Candidate candidate, Twin twin, boolean known, Answer answer) {
    if (known && answer.getErrno() != 0) {
      synchronized (candidates) {
        if (candidates.get(candidate.node()) != candidate) return;
        candidate.twin = null;
      }
      twin.close();
      later(candidate);
      return;
    }
    byte[] here = answer.getErrno() == 0 ? twin.digest(DIGESTS) : null;
    boolean same = here != null && Arrays.equals(here, answer.getData().toByteArray());
    synchronized (candidates) {
      if (candidates.get(candidate.node()) != candidate) return;
      if (same) candidate.proved = true;
      // One that has just changed is looked at again when it is next opened.
      else if (here == null) remove(candidate.node());
      else {
        candidate.twin = null;
        twin.close();
      }
    }
  }

  /** Whether a read is answered here. Home is asked after all where its twin is none any more. */
  boolean answer(Pending read) {
    Twin twin;
    synchronized (candidates) {
      Candidate candidate = candidates.get(read.node());
      twin = candidate == null || !candidate.proved ? null : candidate.twin;
    }
    return twin != null && execute(readers, () -> answer(read, twin));
  }

  private void answer(Pending read, Twin twin) {
    Read call = read.draft().getRead();
    FuseReply out = replies.get().begin();
    if (!twin.read(out, call.getSize(), call.getOffset())) {
      changed(read.node());
      home.accept(read);
    } else if (asked.remove(read.unique()) != null)
      read.channel().write(out.memory(), out.end(read.unique(), 0));
  }

  /** What home tells of. Before the kernel is told to forget what it has of them. */
  void changed(List<Change> changes) {
    for (Change change : changes)
      if (change.getNode() == 0) allChanged();
      else if (change.getName().isEmpty() && !change.getAttributesOnly()) changed(change.getNode());
  }

  /** Its content may be another, or the kernel does not know it any more. */
  void changed(long node) {
    synchronized (candidates) {
      remove(node);
    }
  }

  private void allChanged() {
    synchronized (candidates) {
      List.copyOf(candidates.keySet()).forEach(this::remove);
    }
  }

  private void remove(long node) {
    Candidate candidate = candidates.remove(node);
    Twin twin = candidate == null ? null : candidate.twin;
    // Not while it is read, which may take as long as a disk.
    if (twin != null && !execute(readers, twin::close)) twin.close();
  }

  private static boolean execute(ExecutorService threads, Runnable work) {
    try {
      threads.execute(work);
      return true;
    } catch (RejectedExecutionException closed) {
      return false;
    }
  }

  /** When nobody asks any more. */
  @Override
  public void close() {
    judge.shutdownNow();
    allChanged();
    readers.shutdown();
  }
}
