package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.protocol.image.Manifest;
import java.util.Optional;

/**
 * A task as it is now: what is known of it, its process and its newest image where there are any.
 */
record Task(TaskRecord record, Optional<Life> life, Optional<ImageDirectory> newest) {
  String id() {
    return record.id();
  }

  String name() {
    return record.name();
  }

  /** "web (5f0c1e22a9b4)". */
  String title() {
    return record.name() + " (" + record.id() + ")";
  }

  boolean isNewest(ImageDirectory image) {
    return newest.map(ImageDirectory::path).filter(image.path()::equals).isPresent();
  }

  boolean runs() {
    return life.isPresent();
  }

  /**
   * It lives in its newest image and nowhere else: that was made by a freeze, and no later life is
   * known. This follows from the images alone, so that a daemon which died in the middle of a
   * freeze or a restore knows it as well.
   */
  boolean frozen() {
    return !runs()
        && newest
            .map(ImageDirectory::manifest)
            .filter(
                manifest ->
                    manifest.getKind() == Manifest.Kind.FREEZE
                        && manifest.getTask().getIncarnation() >= record.incarnation())
            .isPresent();
  }
}
