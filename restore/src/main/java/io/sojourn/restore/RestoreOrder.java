package io.sojourn.restore;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.restore.rollback.Rollback;
import java.nio.file.Path;

/** What is to be restored, where and how. */
record RestoreOrder(
    ImageDirectory image,
    int incarnation,
    RestoreOptions options,
    Company company,
    RestorePipeline.Settings settings) {

  /** With the addresses that its sockets have here. */
  Manifest manifest() {
    return company.relocation().of(image.manifest());
  }

  String taskName() {
    return manifest().getTask().getName();
  }

  /** The task's pid, as it sees itself. */
  int pid() {
    return manifest().getTask().getPid();
  }

  /** A clone's files are the first one's, which may live on: they are left as they are. */
  Rollback rollback() {
    ImageDirectory of =
        options.asClone()
            ? new ImageDirectory(
                image.path(), manifest().toBuilder().clearRemembered().clearVolumes().build())
            : image;
    return new Rollback(of, options.files(), settings.stateDirectory());
  }

  /** Logs of the restore, and what CRIU writes beside them. Never in the image. */
  Path logs() {
    return settings.stateDirectory().resolve("logs").resolve("restore-" + image.name());
  }
}
