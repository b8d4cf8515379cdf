package io.sojourn.restore;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.protocol.image.Manifest;
import java.nio.file.Path;

/** What is to be restored, where and how. */
record RestoreOrder(
    ImageDirectory image,
    int incarnation,
    RestoreOptions options,
    RestorePipeline.Settings settings) {

  Manifest manifest() {
    return image.manifest();
  }

  String taskName() {
    return manifest().getTask().getName();
  }

  /** The task's pid, as it sees itself. */
  int pid() {
    return manifest().getTask().getPid();
  }

  /** Logs of the restore, and what CRIU writes beside them. Never in the image. */
  Path logs() {
    return settings.stateDirectory().resolve("logs").resolve("restore-" + image.name());
  }
}
