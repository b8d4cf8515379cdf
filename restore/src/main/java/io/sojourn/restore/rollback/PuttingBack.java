package io.sojourn.restore.rollback;

import io.sojourn.engine.files.FileFailure;
import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.image.RolledBackFiles;
import io.sojourn.protocol.image.KeptFile.What;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.Volume;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Puts files back, when all that they hold is kept. A file keeps its inode, so that whoever else
 * has it open, or knows it by another name, sees the same; where another file has its name, that
 * one is left as it is, and the name goes to a new one.
 */
final class PuttingBack {
  /** Of a file that is about to get its name. */
  private static final String DRAFT = ".rolled-back-";

  private final Path image;
  private final Access access;
  private final Runnable step;
  private final Set<Path> changed = new LinkedHashSet<>();

  PuttingBack(Path image, Access access, Runnable step) {
    this.image = image;
    this.access = access;
    this.step = step;
  }

  /** First what is in the way of others. */
  void remove(VolumeChanges changes) throws IOException {
    for (String file : changes.files()) removed(file);
    for (Volume.Link link : changes.links()) removed(link.getPath());
    List<String> deepestFirst = new ArrayList<>(changes.directories());
    Collections.reverse(deepestFirst);
    for (String directory : deepestFirst)
      try {
        removed(directory);
      } catch (DirectoryNotEmptyException sockets) {
        // And what else is not kept stays where it is.
      }
  }

  private void removed(String path) throws IOException {
    access.user().run(() -> Files.deleteIfExists(Path.of(path)));
    changed(path);
  }

  void make(VolumeChanges changes) throws IOException {
    for (Volume.Directory directory : changes.lostDirectories()) {
      access.user().run(() -> Files.createDirectory(Path.of(directory.getPath())));
      try (OpenFile made = OpenFile.seeing(Path.of(directory.getPath()))) {
        attributes(made, directory.getMode(), directory.getUid(), directory.getGid());
      }
      changed(directory.getPath());
    }
    for (Volume.Link link : changes.lostLinks()) {
      access
          .user()
          .run(() -> Files.createSymbolicLink(Path.of(link.getPath()), Path.of(link.getTarget())));
      changed(link.getPath());
    }
  }

  void put(Difference difference) throws IOException {
    RememberedFile file = difference.file();
    if (difference.what() == What.MISSING || difference.what() == What.REPLACED) anew(file);
    else
      try (OpenFile now = access.write(file.getPath(), file.getInode())) {
        if (difference.what() == What.GROWN) now.truncate(file.getSize());
        if (difference.what() == What.CHANGED) fill(now, file);
        now.modified(file.getModifiedNanos());
      }
    changed.add(Path.of(file.getPath()));
    step.run();
  }

  private void anew(RememberedFile file) throws IOException {
    Path path = Path.of(file.getPath());
    Path draft = path.resolveSibling(DRAFT + Integer.toHexString(path.hashCode()));
    access.user().run(() -> Files.deleteIfExists(draft));
    try (OpenFile made = access.user().call(() -> OpenFile.creating(draft))) {
      fill(made, file);
      attributes(made, file.getMode(), file.getUid(), file.getGid());
      made.modified(file.getModifiedNanos());
      // Before it gets its name: whoever looks after a crash finds the old file or this one.
      made.sync();
    }
    access
        .user()
        .run(
            () ->
                Files.move(
                    draft,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING));
    changed(file.getPath());
  }

  private void fill(OpenFile into, RememberedFile file) throws IOException {
    try (OpenFile content = OpenFile.reading(image.resolve(file.getMember()))) {
      if (into.shares(content)) return;
      into.truncate(0);
      step.run();
      into.copy(content, 0, file.getSize());
    }
  }

  /** With the rights of the task's user, who can give nothing to others. */
  private void attributes(OpenFile file, int mode, int uid, int gid) throws IOException {
    access
        .user()
        .run(
            () -> {
              try {
                file.owner(uid, gid);
              } catch (FileFailure notItsOwn) {
                // It belongs to the task's user, then.
              }
              // Afterwards: to change the owner takes set-user-ID away.
              file.mode(mode);
            });
  }

  private void changed(String path) {
    changed.add(Objects.requireNonNullElse(Path.of(path).getParent(), Path.of("/")));
    step.run();
  }

  /** Contents and names are on the disk. */
  void sync(RolledBackFiles all) throws IOException {
    all.sync(
        changed.stream()
            .filter(path -> Files.exists(path) && !Files.isSymbolicLink(path))
            .toList());
  }
}
