package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.linux.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The files that one guest has open. */
final class Handles {
  private final Map<Long, Handle> open = new ConcurrentHashMap<>();
  private final Map<Long, Integer> perNode = new ConcurrentHashMap<>();
  private final UnwatchedFiles unwatched;
  private final @Nullable FileLedger ledger;

  /**
   * @param unwatched looks after those that no watch tells of
   * @param ledger where they are noted; null: nowhere
   */
  Handles(UnwatchedFiles unwatched, @Nullable FileLedger ledger) {
    this.unwatched = unwatched;
    this.ledger = ledger;
  }

  /**
   * @param id the number of the request that has it opened: so who asks again, and does not know
   *     the answer, finds it
   */
  Handle add(long id, Node node, int flags, int fd) {
    Handle handle = isOpen(id, node, flags, fd);
    if (ledger != null) ledger.opens(handle);
    return handle;
  }

  /** One that the guest was given by a daemon before this one. */
  void openBefore(long id, Node node, int flags, int fd) {
    isOpen(id, node, flags, fd);
  }

  private Handle isOpen(long id, Node node, int flags, int fd) {
    Handle handle = new Handle(id, node, flags, new SharedDescriptor(fd));
    open.put(id, handle);
    perNode.merge(node.id(), 1, Integer::sum);
    unwatched.opened(handle);
    return handle;
  }

  /** As this process has them open. */
  List<Descriptor> descriptors() {
    List<Descriptor> all = new ArrayList<>();
    for (Handle handle : open.values())
      try (SharedDescriptor.Use use = handle.descriptor().use()) {
        all.add(Descriptor.ofOurs(use.fd()));
      } catch (Refused closed) {
        // It is no longer open.
      }
    return all;
  }

  @Nullable Handle find(long id) {
    return open.get(id);
  }

  Handle get(long id) throws Refused {
    Handle handle = open.get(id);
    if (handle == null) throw new Refused(ErrorNumber.EBADF);
    return handle;
  }

  void release(long id) {
    Handle handle = open.remove(id);
    if (handle == null) return;
    unwatched.closed(handle);
    if (ledger != null) ledger.releases(id);
    perNode.computeIfPresent(handle.node().id(), (node, count) -> count == 1 ? null : count - 1);
    handle.descriptor().giveUp();
  }

  List<Handle> all() {
    return List.copyOf(open.values());
  }

  boolean isOpen(Node node) {
    return perNode.containsKey(node.id());
  }

  void close() {
    for (Long id : open.keySet()) release(id);
  }
}
