package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.Statx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A file that the guest knows: held by a descriptor, so that neither rename nor unlink lose it. */
final class Node {
  /** The mount too: one directory in two places is two to the guest's kernel. */
  record Key(long device, long inode, long mount) {
    static Key of(Statx status) {
      return new Key(status.device(), status.inode(), status.mount());
    }
  }

  private static final ByteString SEPARATOR = ByteString.copyFromUtf8("/");
  private static final int MOST_PATH = 4096;

  private final long id;
  private final Key key;
  private final int type;
  private final SharedDescriptor descriptor;
  private final OwnerLocks locks = new OwnerLocks();
  private final Map<ByteString, Long> children = new ConcurrentHashMap<>();

  /** Guarded by the table. */
  private long lookups;

  private final AtomicInteger lookupsUnderWay = new AtomicInteger();

  /** As events call it; null while it is not watched itself. */
  private volatile @Nullable String identity;

  private volatile @Nullable Node parent;
  private volatile ByteString lastName = ByteString.EMPTY;
  private volatile boolean parentWatched;
  private volatile boolean unwatchable;

  Node(long id, Statx status, int fd) {
    this.id = id;
    this.key = Key.of(status);
    this.type = status.type();
    this.descriptor = new SharedDescriptor(fd);
  }

  long id() {
    return id;
  }

  Key key() {
    return key;
  }

  boolean fifo() {
    return type == Statx.S_IFIFO;
  }

  boolean regular() {
    return type == Statx.S_IFREG;
  }

  boolean directory() {
    return type == Statx.S_IFDIR;
  }

  SharedDescriptor.Use use() throws Refused {
    return descriptor.use();
  }

  OwnerLocks locks() {
    return locks;
  }

  /** Of a directory: which nodes the guest knows by which names. */
  Map<ByteString, Long> children() {
    return children;
  }

  /** The guest knows it by this name now. */
  void namedIn(Node directory, ByteString name) {
    directory.children.put(name, id);
    parent = directory;
    lastName = name;
  }

  /** By the names that the guest was last told, below the root; empty where one is not known. */
  ByteString path() {
    ByteString path = ByteString.EMPTY;
    for (Node at = this; at.id != NodeTable.ROOT; at = at.parent) {
      if (at.parent == null || path.size() > MOST_PATH) return ByteString.EMPTY;
      path = path.isEmpty() ? at.lastName : at.lastName.concat(SEPARATOR).concat(path);
    }
    return path;
  }

  /** The guest knows it no more; by other names than the last it is found not to be known. */
  void leaveParent() {
    Node directory = parent;
    if (directory != null) directory.children.remove(lastName, id);
  }

  void lookedUp() {
    lookups++;
  }

  void keep() {
    lookups = Long.MAX_VALUE / 2;
  }

  boolean forgotten(long count) {
    lookups -= count;
    return lookups <= 0;
  }

  @Nullable String identity() {
    return identity;
  }

  void identity(String known) {
    identity = known;
  }

  /**
   * Whether changes are heard of. A directory's parent hears of its mode, but not of the time that
   * a new name in it changes; so it must be watched itself.
   */
  boolean watched() {
    return identity != null || (parentWatched && type != Statx.S_IFDIR);
  }

  void watchedFrom(Node directory) {
    parentWatched = directory.identity != null;
  }

  /** Its file system cannot say who changes it: not asked again. */
  void refuseWatch() {
    unwatchable = true;
  }

  boolean unwatchable() {
    return unwatchable;
  }

  void lookupBegins() {
    lookupsUnderWay.incrementAndGet();
  }

  void lookupEnds() {
    lookupsUnderWay.decrementAndGet();
  }

  /** A name may be on its way to the guest that is not among the children yet. */
  boolean lookingUp() {
    return lookupsUnderWay.get() > 0;
  }

  void close() {
    locks.close();
    descriptor.giveUp();
  }
}
