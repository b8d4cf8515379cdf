package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The files that one guest has open. */
final class Handles {
  private final Map<Long, Handle> open = new ConcurrentHashMap<>();
  private final Map<Long, Integer> perNode = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  Handle add(Node node, int flags, int fd) {
    Handle handle = new Handle(last.incrementAndGet(), node, flags, new SharedDescriptor(fd));
    open.put(handle.id(), handle);
    perNode.merge(node.id(), 1, Integer::sum);
    return handle;
  }

  Handle get(long id) throws Refused {
    Handle handle = open.get(id);
    if (handle == null) throw new Refused(ErrorNumber.EBADF);
    return handle;
  }

  void release(long id) {
    Handle handle = open.remove(id);
    if (handle == null) return;
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
