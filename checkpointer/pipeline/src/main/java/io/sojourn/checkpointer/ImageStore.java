package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.image.PageStore;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Makes an image of a draft that CRIU has filled: manifest, digests, all of it on the disk. */
final class ImageStore {
  private final FileDigests digests;
  private final ImageDraft draft;

  ImageStore(FileDigests digests, ImageDraft draft) {
    this.digests = digests;
    this.draft = draft;
  }

  /** The start of a manifest, to be completed and handed to {@link #store}. */
  Manifest.Builder begin(ControlBlock task, String taskName, String nodeName, Observation seen) {
    return ManifestWriter.begin(task, taskName, nodeName, seen)
        .setName(draft.target().getFileName().toString())
        .addAllFiles(digests.complete(seen.files()))
        .addAllSockets(ManifestWriter.sockets(seen.facts(), seen.settings()));
  }

  /**
   * @param files what CRIU has written elsewhere
   * @param pages the task's memory, which CRIU has not written itself
   */
  ImageDirectory store(Manifest.Builder manifest, CriuFiles files, PageStore pages) {
    try {
      files.store();
      pages.store();
    } catch (IOException e) {
      throw cannot(e);
    }
    return store(manifest);
  }

  ImageDirectory store(Manifest.Builder manifest) {
    return publish(manifest, ManifestWriter::members);
  }

  /**
   * An image that is only on its way to where the task lives on: nobody reads it again to look for
   * damage, and the task would stand still for as long as its digests took.
   */
  ImageDirectory passOn(Manifest.Builder manifest) {
    return publish(manifest, ManifestWriter::membersWithoutDigests);
  }

  private ImageDirectory publish(Manifest.Builder manifest, Function<Path, List<Member>> members) {
    try {
      Files.deleteIfExists(draft.path().resolve(DumpOptions.LOG));
      return draft.publish(manifest.addAllMembers(members.apply(draft.path())).build());
    } catch (IOException | UncheckedIOException e) {
      throw cannot(e);
    }
  }

  /** Says that the image cannot be stored, and why. */
  OperationException cannot(Exception why) {
    Path parent = draft.target().getParent();
    return OperationException.failed(
        "the image cannot be stored in " + parent + ": " + why.getMessage(),
        "see whether the disk is full (df -h " + parent + "), or choose another directory with -o",
        why);
  }
}
