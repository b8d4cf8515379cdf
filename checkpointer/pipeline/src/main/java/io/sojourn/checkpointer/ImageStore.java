package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes an image of a draft that CRIU has filled: manifest, digests, all of it on the disk. */
final class ImageStore {
  private final ControlBlock task;
  private final FileDigests digests;
  private final ImageDraft draft;

  ImageStore(ControlBlock task, FileDigests digests, ImageDraft draft) {
    this.task = task;
    this.digests = digests;
    this.draft = draft;
  }

  /** The start of a manifest, to be completed and handed to {@link #store}. */
  Manifest.Builder begin(String taskName, String nodeName, Observation seen) {
    return ManifestWriter.begin(task, taskName, nodeName, seen)
        .setName(draft.target().getFileName().toString())
        .addAllFiles(digests.complete(seen.files()))
        .addAllSockets(ManifestWriter.sockets(seen.facts()));
  }

  /** Of a task that waits for nobody: packed where it is small. */
  ImageDirectory storePacked(Manifest.Builder manifest) {
    return store(manifest, true);
  }

  ImageDirectory store(Manifest.Builder manifest) {
    return store(manifest, false);
  }

  private ImageDirectory store(Manifest.Builder manifest, boolean packed) {
    try {
      if (packed) draft.pack();
      Files.deleteIfExists(draft.path().resolve(DumpOptions.LOG));
      return draft.publish(manifest.addAllMembers(ManifestWriter.members(draft.path())).build());
    } catch (IOException | UncheckedIOException e) {
      Path parent = draft.target().getParent();
      throw OperationException.failed(
          "the image cannot be stored in " + parent + ": " + e.getMessage(),
          "see whether the disk is full (df -h "
              + parent
              + "), or choose another directory with -o",
          e);
    }
  }
}
