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
  private final @Nullable FileLedger ledger;

  /**
   * @param ledger where they are noted; null: nowhere
   */
  Handles(@Nullable FileLedger ledger) {
    this.ledger = ledger;
  }

  /**
   * @param id the number of the request that has it opened: so who asks again, and does not know
   *     the answer, finds it
   */
  Handle add(long id, Node node, int flags, int fd) {
    Handle handle = new Handle(id, node, flags, new SharedDescriptor(fd));
    open.put(handle.id(), handle);
    perNode.merge(node.id(), 1, Integer::sum);
    if (ledger != null) ledger.opens(handle);
    return handle;
  }

  /** One that the guest was given by a daemon before this one. */
  void openBefore(long id, Node node, int flags, int fd) {
    open.put(id, new Handle(id, node, flags, new SharedDescriptor(fd)));
    perNode.merge(node.id(), 1, Integer::sum);
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
