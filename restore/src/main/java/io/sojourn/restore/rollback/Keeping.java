package io.sojourn.restore.rollback;

import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.image.RolledBackFiles;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.KeptFile;
import io.sojourn.protocol.image.KeptFile.What;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.RolledBack;
import io.sojourn.protocol.image.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps what files hold, in a directory of their own, before they are put back. */
final class Keeping {
  private static final int LONGEST = 60;

  private final Path directory;
  private final Path image;
  private final Access access;
  private final RolledBack.Builder record;
  private final Runnable step;

  /**
   * @param record of an attempt before, if there was one: what is safe already is not kept again
   * @param step is run after each thing that was done
   */
  Keeping(Path directory, Path image, Access access, RolledBack.Builder record, Runnable step) {
    this.directory = directory;
    this.image = image;
    this.access = access;
    this.record = record;
    this.step = step;
  }

  /** Refuses where there is no room for all of it. */
  void room(long bytes) throws IOException {
    long room = Files.getFileStore(directory).getUsableSpace();
    if (bytes > room)
      throw OperationException.refused(
          "files that have changed would be put back, and what they hold, "
              + (bytes >> 20)
              + " MiB, would be kept in "
              + directory.getParent()
              + ", where there is no room for it",
          "make room there (ckpt images --rolled-back shows what is kept), or go on with the files"
              + " as they are: --files=keep");
  }

  void keep(Difference difference) throws IOException {
    RememberedFile file = difference.file();
    if (!difference.isToBeKept()) {
      if (difference.what() == What.MISSING && notNoted(file.getPath(), What.MISSING))
        record.addFiles(KeptFile.newBuilder().setPath(file.getPath()).setWhat(difference.what()));
      return;
    }
    try (OpenFile now = access.read(file.getPath(), file.getInode())) {
      if (!isKept(difference, now)) keep(file.getPath(), difference.what(), now, difference.from());
    }
  }

  /** A file that was made since. */
  void keepCreated(String path) throws IOException {
    try (OpenFile now = access.user().call(() -> OpenFile.reading(Path.of(path)))) {
      for (KeptFile kept : record.getFilesList())
        if (kept.getPath().equals(path) && kept.getWhat() == What.CREATED && same(kept, now))
          return;
      keep(path, What.CREATED, now, 0);
    }
  }

  void noteLink(Volume.Link link) {
    if (notNoted(link.getPath(), What.LINK))
      record.addFiles(
          KeptFile.newBuilder()
              .setPath(link.getPath())
              .setWhat(What.LINK)
              .setTarget(link.getTarget()));
  }

  void noteDirectory(String path) {
    if (notNoted(path, What.DIRECTORY))
      record.addFiles(KeptFile.newBuilder().setPath(path).setWhat(What.DIRECTORY));
  }

  /** One that is left where it is. */
  void noteLeft(String path) {
    if (notNoted(path, What.LEFT))
      record.addFiles(KeptFile.newBuilder().setPath(path).setWhat(What.LEFT));
  }

  private boolean notNoted(String path, What what) {
    return record.getFilesList().stream()
        .noneMatch(kept -> kept.getPath().equals(path) && kept.getWhat() == what);
  }

  /** An attempt before may have kept it, and may have begun to put it back. */
  private boolean isKept(Difference difference, OpenFile now) throws IOException {
    RememberedFile file = difference.file();
    for (KeptFile kept : record.getFilesList()) {
      if (!kept.getPath().equals(file.getPath()) || kept.getKeptAs().isEmpty()) continue;
      if (same(kept, now)) return true;
      if (kept.getWhat() == What.CHANGED && difference.what() == What.CHANGED)
        try (OpenFile wanted = OpenFile.reading(image.resolve(file.getMember()));
            OpenFile held = OpenFile.reading(directory.resolve(kept.getKeptAs()))) {
          if (Contents.isBetween(now, difference.size(), wanted, held)) return true;
        }
    }
    return false;
  }

  private boolean same(KeptFile kept, OpenFile now) throws IOException {
    long size = now.status().size() - kept.getOffset();
    if (size != kept.getBytes()) return false;
    try (OpenFile held = OpenFile.reading(directory.resolve(kept.getKeptAs()))) {
      return Contents.sameUpTo(now, held, kept.getOffset(), 0, size) == size;
    }
  }

  private void keep(String path, What what, OpenFile now, long from) throws IOException {
    Statx status = now.status();
    String name = (record.getFilesCount() + 1) + "-" + shortened(path);
    try (OpenFile kept = OpenFile.creating(directory.resolve(name))) {
      if (from > 0 || !kept.shares(now)) kept.copy(now, from, status.size());
      kept.owner(status.uid(), status.gid());
      kept.mode(status.mode() & 0777);
      kept.modified(Difference.nanos(status.modified()));
    }
    record.addFiles(
        KeptFile.newBuilder()
            .setPath(path)
            .setWhat(what)
            .setKeptAs(name)
            .setBytes(status.size() - from)
            .setOffset(from)
            .setModifiedNanos(Difference.nanos(status.modified()))
            .setMode(status.mode() & 07777)
            .setUid(status.uid())
            .setGid(status.gid()));
    step.run();
  }

  private static String shortened(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.length() > LONGEST ? name.substring(0, LONGEST) : name;
  }

  /** From now on files may be put back. */
  void done(RolledBackFiles all) throws IOException {
    all.sync(
        record.getFilesList().stream()
            .map(KeptFile::getKeptAs)
            .filter(name -> !name.isEmpty())
            .map(directory::resolve)
            .toList());
    all.write(directory, record.setState(RolledBack.State.KEPT).build());
    step.run();
  }
}
