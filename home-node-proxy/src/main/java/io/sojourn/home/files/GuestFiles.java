package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.FileName;
import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.files.Attributes;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.Time;
import org.jspecify.annotations.Nullable;

/** What one guest knows and has open, and how that is told. */
final class GuestFiles {
  private final NodeTable nodes;
  private final Handles handles;
  private final ChangeWatch watch;
  private final HeldFiles held;
  private final BoundSockets sockets;
  private final MadeForTask made;
  private final LentLocks lentLocks;

  private final @Nullable FileLedger ledger;
  private final Steps steps;

  /**
   * @param ledger where it is noted what the guest knows; null: nowhere
   */
  GuestFiles(
      NodeTable nodes,
      ChangeWatch watch,
      UnwatchedFiles unwatched,
      HeldFiles held,
      BoundSockets sockets,
      MadeForTask made,
      @Nullable FileLedger ledger,
      Steps steps) {
    this.steps = steps;
    this.nodes = nodes;
    this.watch = watch;
    this.ledger = ledger;
    this.handles = new Handles(unwatched, ledger);
    this.held = held;
    this.sockets = sockets;
    this.made = made;
    this.lentLocks = new LentLocks(held);
  }

  /**
   * Takes all locks that were lent.
   *
   * @param wait for others who have them now
   */
  void takeLentLocks(boolean wait) {
    for (Node node : lentLocks.nodes())
      for (long owner : lentLocks.owners(node)) {
        SharedDescriptor own = node.locks().find(owner);
        if (own == null) continue;
        try (SharedDescriptor.Use use = own.use()) {
          lentLocks.take(node, owner, use.fd(), wait);
        } catch (Refused closed) {
          // So are its locks.
        }
      }
  }

  /** What the task has open at home. */
  HeldFiles held() {
    return held;
  }

  BoundSockets sockets() {
    return sockets;
  }

  MadeForTask made() {
    return made;
  }

  LentLocks lentLocks() {
    return lentLocks;
  }

  Steps steps() {
    return steps;
  }

  NodeTable nodes() {
    return nodes;
  }

  Handles handles() {
    return handles;
  }

  ChangeWatch watch() {
    return watch;
  }

  /** A name that is a child's; anything else is answered as the kernel would at home. */
  static byte[] child(ByteString name) throws Refused {
    byte[] bytes = name.toByteArray();
    if (!FileName.isChild(bytes)) throw new Refused(ErrorNumber.EINVAL);
    if (bytes.length > 255) throw new Refused(ErrorNumber.ENAMETOOLONG);
    return bytes;
  }

  /** Looks a child up, and counts that. */
  Entry lookup(Node directory, ByteString name) throws Refused {
    byte[] child = child(name);
    watch.directory(directory);
    directory.lookupBegins();
    try (SharedDescriptor.Use dir = directory.use()) {
      return found(directory, name, Refused.checked(FileCalls.handle(dir.fd(), child)));
    } finally {
      directory.lookupEnds();
    }
  }

  /** The entry of a handle on a file; takes the handle. */
  Entry found(Node directory, ByteString name, int fd) throws Refused {
    Statx status = FileCalls.stat(fd);
    if (status == null) {
      int errno = FileCalls.lastError();
      FileCalls.close(fd);
      throw new Refused(errno);
    }
    Node node = nodes.lookedUp(fd, status);
    if (!name.isEmpty()) named(node, directory, name);
    node.watchedFrom(directory);
    if (status.regular()) watch.file(node);
    return Entry.newBuilder().setNode(node.id()).setAttributes(attributes(node, status)).build();
  }

  /** The entry of a file that the guest has open. */
  Entry entry(Node node) throws Refused {
    return Entry.newBuilder().setNode(node.id()).setAttributes(attributes(node)).build();
  }

  /** What the guest knows by this name; null where that is nothing. */
  @Nullable Node child(Node directory, ByteString name) {
    Long known = directory.children().get(name);
    return known == null ? null : nodes.find(known);
  }

  /** It is about to get this name: should this daemon die just then, it may have it. */
  void maybeNamed(Node node, Node directory, ByteString name) {
    if (ledger != null) ledger.mayBe(node, directory, name);
  }

  /** The guest knows it by this name now. */
  void named(Node node, Node directory, ByteString name) {
    node.namedIn(directory, name);
    if (ledger != null) ledger.knows(node, directory, name);
  }

  Attributes attributes(Node node) throws Refused {
    try (SharedDescriptor.Use use = node.use()) {
      return attributes(node, Refused.present(FileCalls.stat(use.fd())));
    }
  }

  private Attributes attributes(Node node, Statx status) {
    return Attributes.newBuilder()
        .setWatched(node.watched())
        .setInode(nodes.inode(status.device(), status.inode()))
        .setSize(status.size())
        .setBlocks(status.blocks())
        .setAccessed(time(status.accessed()))
        .setModified(time(status.modified()))
        .setChanged(time(status.changed()))
        .setMode(status.mode())
        .setLinks(status.links())
        .setUid(status.uid())
        .setGid(status.gid())
        .setDevice((int) status.represented())
        .setBlockSize(status.blockSize())
        .build();
  }

  private static Time time(Statx.Time time) {
    return Time.newBuilder().setSeconds(time.seconds()).setNanos(time.nanos()).build();
  }

  void forget(long id, long lookups) {
    Node node = nodes.forget(id, lookups);
    if (node == null) return;
    node.leaveParent();
    if (ledger != null) ledger.forgets(id);
    watch.forget(node);
    node.close();
  }

  void close() {
    handles.close();
    lentLocks.close();
    nodes.close();
  }
}
