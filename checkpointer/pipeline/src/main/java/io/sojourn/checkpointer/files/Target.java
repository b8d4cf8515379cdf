package io.sojourn.checkpointer.files;

import io.sojourn.engine.files.Statx;
import io.sojourn.engine.image.VolumeTree;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.RememberedFile.Policy;
import io.sojourn.protocol.image.RememberedFile.Way;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file that is to be remembered.
 *
 * @param open whether the task writes to it, or it only lies below a volume
 */
record Target(WrittenFile file, boolean open, Policy policy) {
  /** What the task writes, and what lies below volumes. */
  static Map<String, Target> of(
      FilesOptions options, Collection<WrittenFile> written, List<VolumeTree> volumes) {
    Map<String, Target> targets = new LinkedHashMap<>();
    for (VolumeTree volume : volumes)
      for (String path : volume.files())
        targets.put(path, of(options, new WrittenFile(path, Path.of(path), false, false), false));
    for (WrittenFile file : written) targets.put(file.path(), of(options, file, true));
    return targets;
  }

  private static Target of(FilesOptions options, WrittenFile file, boolean open) {
    return new Target(file, open, options.rules().of(file.path()).orElse(Policy.ROLLBACK));
  }

  String path() {
    return file.path();
  }

  Way way() {
    if (policy != Policy.ROLLBACK) return Way.NOT;
    return open && file.appended() ? Way.LENGTH : Way.COPY;
  }

  /** As it is now; what is in the image of it is still to be said. */
  RememberedFile.Builder entry(Statx status) {
    return RememberedFile.newBuilder()
        .setPath(path())
        .setWay(way())
        .setPolicy(policy)
        .setSize(status.size())
        .setModifiedNanos(Stamp.nanos(status.modified()))
        .setInode(status.inode())
        .setBornNanos(Stamp.nanos(status.born()))
        .setMode(status.mode() & 07777)
        .setUid(status.uid())
        .setGid(status.gid())
        .setMapped(file.mapped());
  }
}
