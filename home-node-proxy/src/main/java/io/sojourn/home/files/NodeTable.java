package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import java.util.HashMap;
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
  private long last = ROOT;

  /** Takes the descriptor. */
  NodeTable(int rootFd) throws Refused {
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

  /** Counts a lookup. Takes the descriptor. */
  synchronized Node lookedUp(int fd, Statx status) {
    Node node = byKey.get(Node.Key.of(status));
    if (node == null) {
      node = new Node(++last, status, fd);
      byId.put(node.id(), node);
      byKey.put(node.key(), node);
    } else FileCalls.close(fd);
    node.lookedUp();
    return node;
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
