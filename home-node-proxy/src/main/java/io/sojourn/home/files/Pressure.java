package io.sojourn.home.files;

import io.sojourn.protocol.files.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Asks the guest to forget files that it does not use, before there are too many. Its kernel would
 * forget them only when its own memory gets short, and each is a descriptor here.
 */
final class Pressure {
  private final GuestFiles files;
  private final Invalidations guest;
  private final AtomicBoolean asking = new AtomicBoolean();

  Pressure(GuestFiles files, Invalidations guest) {
    this.files = files;
    this.guest = guest;
  }

  void relieve() {
    if (!files.nodes().filling() || !asking.compareAndSet(false, true)) return;
    try {
      List<Change> unused = new ArrayList<>();
      for (Node directory : files.nodes().all())
        directory
            .children()
            .forEach(
                (name, child) -> {
                  Node node = files.nodes().find(child);
                  // Directories stay: one that somebody is in would seem removed to him.
                  if (node != null && !node.directory() && !files.handles().isOpen(node))
                    unused.add(
                        Change.newBuilder()
                            .setNode(directory.id())
                            .setName(name)
                            .setDrop(true)
                            .build());
                });
      if (!unused.isEmpty()) guest.send(unused);
    } finally {
      asking.set(false);
    }
  }
}
