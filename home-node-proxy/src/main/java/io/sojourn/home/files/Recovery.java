package io.sojourn.home.files;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.home.files.FileLedger.Known;
import io.sojourn.home.files.FileLedger.Opened;
import io.sojourn.protocol.files.Change;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the files again that a guest knew before the daemon that served it died: by their names,
 * and only where they are still the same. What has no name any more is lost, and so are locks.
 */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  /** Of the flags of an open file, those that are not of the moment of opening. */
  private static final int LASTING = FileCalls.O_ACCMODE | FileCalls.O_SYNC | FileCalls.O_DIRECTORY;

  private final GuestFiles files;
  private final Map<Long, Known> known;
  private final Map<Long, Known> renamed;
  private final Set<Long> tried = new HashSet<>();

  private Recovery(GuestFiles files, FileLedger ledger) {
    this.files = files;
    this.known = ledger.nodes();
    this.renamed = ledger.renamed();
  }

  /** The names that do not mean what they meant. */
  static List<Change> of(GuestFiles files, FileLedger ledger) {
    Recovery recovery = new Recovery(files, ledger);
    recovery.known.keySet().forEach(recovery::find);
    List<Change> others = new ArrayList<>();
    for (Known one : recovery.known.values())
      if (files.nodes().find(one.id()) == null)
        others.add(Change.newBuilder().setNode(one.parent()).setName(one.name()).build());
    int lost = others.size();
    for (Opened one : ledger.handles().values()) if (!recovery.open(one)) lost++;
    log.info("{} files of a guest are found again, {} are not", recovery.known.size(), lost);
    return others;
  }

  private void find(long id) {
    Known one = known.get(id), later = renamed.get(id);
    if (one == null || !tried.add(id)) return;
    find(one);
    if (later != null && files.nodes().find(id) == null) find(later);
  }

  private void find(Known one) {
    find(one.parent());
    Node parent = files.nodes().find(one.parent());
    if (parent == null) return;
    try (SharedDescriptor.Use dir = parent.use()) {
      int fd = FileCalls.handle(dir.fd(), GuestFiles.child(one.name()));
      if (fd < 0) return;
      Statx status = FileCalls.stat(fd);
      if (status == null || status.device() != one.device() || status.inode() != one.inode()) {
        FileCalls.close(fd);
        return;
      }
      files.watch().directory(parent);
      Node node = files.nodes().knownBefore(one.id(), fd, status);
      files.named(node, parent, one.name());
      node.watchedFrom(parent);
      // The guest may know of names that are not there, or not yet.
      if (status.directory()) files.watch().directory(node);
      if (status.regular()) files.watch().file(node);
    } catch (Refused gone) {
      // It is not what it was.
    }
  }

  private boolean open(Opened one) {
    Node node = files.nodes().find(one.node());
    if (node == null) return false;
    try (SharedDescriptor.Use use = node.use()) {
      int fd = FileCalls.reopen(use.fd(), one.flags() & LASTING);
      if (fd < 0) return false;
      files.handles().openBefore(one.id(), node, one.flags(), fd);
      return true;
    } catch (Refused gone) {
      return false;
    }
  }
}
