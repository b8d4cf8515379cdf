package io.sojourn.node.daemon;

import io.sojourn.engine.image.RolledBackFiles;
import io.sojourn.protocol.image.KeptFile;
import io.sojourn.protocol.node.ListRolledBackResponse;
import io.sojourn.protocol.node.RemoveImageResponse;
import java.util.Optional;

/** What files held before restores put them back: listed, and removed when a user says so. */
final class RolledBackCalls {
  private final RolledBackFiles kept;

  RolledBackCalls(RolledBackFiles kept) {
    this.kept = kept;
  }

  /**
   * @param task a name or an id; "" for all
   */
  ListRolledBackResponse list(String task, Caller caller) {
    ListRolledBackResponse.Builder list = ListRolledBackResponse.newBuilder();
    for (RolledBackFiles.Entry entry : kept.all()) {
      boolean meant =
          task.isEmpty()
              || task.equals(entry.record().getTask())
              || task.equals(entry.record().getTaskId());
      if (meant && caller.may(entry.record().getUid()))
        list.addEntries(
            ListRolledBackResponse.Entry.newBuilder()
                .setRolledBack(entry.record())
                .setDirectory(entry.directory().toString()));
    }
    return list.build();
  }

  /** Removes one, if it is called so. */
  Optional<RemoveImageResponse> remove(String name, Caller caller) {
    Optional<RolledBackFiles.Entry> found =
        kept.all().stream()
            .filter(entry -> entry.record().getName().equals(name))
            .filter(entry -> caller.may(entry.record().getUid()))
            .findFirst();
    found.ifPresent(kept::remove);
    return found.map(
        entry ->
            RemoveImageResponse.newBuilder()
                .setImage(name)
                .setBytes(
                    entry.record().getFilesList().stream().mapToLong(KeptFile::getBytes).sum())
                .build());
  }
}
