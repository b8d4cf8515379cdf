package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that one guest knows, by the numbers it was given for them. A number is never given
 * twice.
 */
final class NodeTable {
  static final long ROOT = 1;

  private final Map<Long, Node> byId = new HashMap<>();
  private final Map<Node.Key, Node> byKey = new HashMap<>();
  private final Map<Long, Integer> devices = new HashMap<>();
  private final Node root;
  private final int most;
  private long last = ROOT;
  private int asked;

  /**
   * Takes the descriptor.
   *
   * @param most files that the guest may know at once: each is a descriptor of ours
   */
  NodeTable(int rootFd, int most) throws Refused {
    this.most = most;
    Statx status = Refused.present(FileCalls.stat(rootFd));
    root = new Node(ROOT, status, rootFd);
    root.lookedUp();
    byId.put(ROOT, root);
    byKey.put(root.key(), root);
    devices.put(status.device(), 0);
  }

  Node root() {
    return root;
  }

  synchronized Node get(long id) throws Refused {
    Node node = byId.get(id);
    if (node == null) throw new Refused(ErrorNumber.ESTALE);
    return node;
  }

  synchronized @Nullable Node find(long id) {
    return byId.get(id);
  }

  /** Counts a lookup. Takes the descriptor. ENFILE where there are too many files. */
  synchronized Node lookedUp(int fd, Statx status) throws Refused {
    Node node = byKey.get(Node.Key.of(status));
    if (node == null && byId.size() >= most) {
      // Not waiting for room: the guest's kernel holds the directory's lock, which forgetting
      // needs.
      FileCalls.close(fd);
      throw new Refused(ErrorNumber.ENFILE);
    }
    if (node == null) {
      node = new Node(++last, status, fd);
      byId.put(node.id(), node);
      byKey.put(node.key(), node);
    } else FileCalls.close(fd);
    node.lookedUp();
    return node;
  }

  /** One that the guest was given by a daemon before this one. Takes the descriptor. */
  synchronized Node knownBefore(long id, int fd, Statx status) {
    Node node = new Node(id, status, fd);
    // How often it was looked up is not known: it stays until the session's end.
    node.keep();
    byId.put(id, node);
    byKey.put(node.key(), node);
    last = Math.max(last, id);
    return node;
  }

  /** Whether it has grown so much, since it was last asked and said so, that some must go. */
  synchronized boolean filling() {
    int size = byId.size(), step = Math.max(1, most / 16);
    if (size <= most / 2) asked = 0;
    if (size <= most / 2 || size < asked + step && size > asked - step) return false;
    asked = size;
    return true;
  }

  synchronized List<Node> all() {
    return List.copyOf(byId.values());
  }

  /** The node where it is known no more and the caller is to close it. */
  synchronized @Nullable Node forget(long id, long lookups) {
    Node node = byId.get(id);
    if (node == null || node == root || !node.forgotten(lookups)) return null;
    byId.remove(id);
    byKey.remove(node.key());
    return node;
  }

  /**
   * A file's number, unique over the file systems below the root: the guest shows them as one. That
   * of the root's own file system is as at home.
   */
  synchronized long inode(long device, long inode) {
    int index = devices.computeIfAbsent(device, any -> devices.size());
    return inode ^ ((long) index << 48);
  }

  synchronized void close() {
    byId.values().forEach(Node::close);
    byId.clear();
    byKey.clear();
  }
}
