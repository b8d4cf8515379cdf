package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.files.Change;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the kernel to forget what is otherwise now. On a thread of its own: the kernel may make it
 * wait for a lock whose holder waits for an answer of ours; and over a descriptor of its own, so
 * that no answer waits for it.
 */
final class Notifier {
  private static final int INVAL_INODE = 2;
  private static final int INVAL_ENTRY = 3;
  private static final int EXPIRE_ONLY = 1;

  private volatile @Nullable FuseChannel channel;
  private final FuseReply notice = new FuseReply();
  private final Set<Long> known = ConcurrentHashMap.newKeySet();
  private final AbsentNames absent = new AbsentNames();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "home-news");
            made.setDaemon(true);
            return made;
          });
  private volatile boolean expires;

  /** Until then nothing is known to the kernel that could be old. */
  void over(FuseChannel own) {
    channel = own;
  }

  /** Whether a name can be marked as old without being taken out of use. */
  void canExpire(boolean can) {
    expires = can;
  }

  /** A file that the kernel may have something of. */
  void knows(long node) {
    known.add(node);
  }

  /** The kernel is about to believe for long that there is nothing of this name. */
  void knowsAbsent(long directory, ByteString name) {
    AbsentNames.Name eldest = absent.add(directory, name);
    if (eldest == null) return;
    Change.Builder old = Change.newBuilder().setNode(eldest.directory()).setName(eldest.name());
    tell(List.of(old.build()));
  }

  void forgets(long node) {
    known.remove(node);
  }

  void tell(List<Change> changes) {
    if (!thread.isShutdown()) thread.execute(() -> changes.forEach(this::tellNow));
  }

  /** Does something when the kernel has been told. */
  void tell(List<Change> changes, Runnable then) {
    if (thread.isShutdown()) return;
    thread.execute(
        () -> {
          changes.forEach(this::tellNow);
          then.run();
        });
  }

  private void tellNow(Change change) {
    if (change.getNode() == 0) everything();
    else if (change.getName().isEmpty()) inode(change.getNode(), change.getAttributesOnly());
    else entry(change.getNode(), change.getName(), change.getDrop());
  }

  /**
   * Home itself tells of the names that mean another file now. To call all names old at once
   * (FUSE_NOTIFY_INC_EPOCH) would unmount what is mounted on them.
   */
  private void everything() {
    absent.takeAll().forEach(one -> entry(one.directory(), one.name(), false));
    known.forEach(node -> inode(node, false));
  }

  /** What the kernel does not know it need not forget: its refusals say only that. */
  private void inode(long node, boolean attributesOnly) {
    notice.begin().u64(node).u64(attributesOnly ? -1 : 0).u64(0);
    write(INVAL_INODE);
  }

  private void entry(long directory, ByteString name, boolean drop) {
    notice
        .begin()
        .u64(directory)
        .u32(name.size())
        .u32(expires && !drop ? EXPIRE_ONLY : 0)
        .bytes(name)
        .zeros(1);
    write(INVAL_ENTRY);
  }

  private void write(int code) {
    FuseChannel to = channel;
    if (to != null) to.write(notice.memory(), notice.notice(code));
  }

  /** When the connection is ended, so that no notice can wait for anything. */
  void close() throws InterruptedException {
    thread.shutdownNow();
    FuseChannel own = channel;
    if (own != null && thread.awaitTermination(5, TimeUnit.SECONDS)) own.close();
  }
}
