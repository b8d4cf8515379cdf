package io.sojourn.checkpointer;

import io.sojourn.checkpointer.files.FileMemory;
import io.sojourn.engine.criu.ImageFile;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.image.ManifestSeal;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.protocol.image.Engine;
import io.sojourn.protocol.image.File;
import io.sojourn.protocol.image.Machine;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Timing;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The image of a task that is dumped on another node, while it is away, and lives on there. Its
 * files are here: so here they are listed, and remembered, while it stands still there. Three
 * steps: {@link #early}, {@link #hold} and {@link #store}; without the last nothing is left of it.
 */
public final class DistantImage implements AutoCloseable {
  private final String nodeName;
  private final ImageDraft draft;
  private final CheckpointOptions options;
  private final FileDigests digests;
  private final ImageStore store;
  private final FileMemory memory;
  private List<File> files = List.of();
  private boolean stored;

  DistantImage(
      String nodeName,
      ImageDraft draft,
      CheckpointOptions options,
      ThreadIdentity user,
      FileDigests digests) {
    this.nodeName = nodeName;
    this.draft = draft;
    this.options = options;
    this.digests = digests;
    this.store = new ImageStore(digests, draft);
    this.memory = new FileMemory(options.files(), draft.path(), user);
  }

  /**
   * The task runs: copies what can be copied now.
   *
   * @param open what of its files is open here for it
   * @throws io.sojourn.engine.operation.OperationException refused: it would be too much
   */
  public void early(List<Descriptor> open) {
    memory.early(open, List.of());
  }

  /**
   * The task stands still: takes what belongs to this moment.
   *
   * @param dump what CRIU has written of the task, on the other node
   * @param open as for {@link #early}
   */
  public void hold(Path dump, List<Descriptor> open) {
    try {
      List<ImageFile> dumped = ImageFile.of(dump);
      files = FileCensus.of(dumped);
      for (ImageFile file : dumped)
        if (CarriedFiles.carries(file)) CarriedFiles.copy(file.path(), open, draft.path());
      memory.hold(dump);
    } catch (IOException e) {
      throw store.cannot(e);
    }
  }

  /**
   * The task runs on: makes the image.
   *
   * @param dump as above, with the manifest that the other node has written
   * @param pauseMillis for how long it stood still
   */
  public ImageDirectory store(Path dump, double pauseMillis) {
    try {
      Manifest there = ImageDirectory.open(dump).manifest();
      copyMembers(dump);
      Manifest.Builder manifest =
          there.toBuilder()
              .setName(draft.target().getFileName().toString())
              .setKind(Manifest.Kind.CHECKPOINT)
              .setEngine(Engine.newBuilder().setGhostLimitBytes(options.ghostLimitBytes()))
              .setTiming(timing(there, pauseMillis))
              .setMachine(machine(there))
              .clearMembers()
              .clearFiles()
              .addAllFiles(digests.complete(files));
      manifest.getTaskBuilder().setHome(nodeName);
      memory.complete(manifest);
      ImageDirectory image = store.store(manifest);
      stored = true;
      return image;
    } catch (IOException e) {
      throw store.cannot(e);
    }
  }

  /** Some may have come after the manifest there. */
  private void copyMembers(Path dump) throws IOException {
    try (DirectoryStream<Path> members = Files.newDirectoryStream(dump)) {
      for (Path member : members)
        if (!ManifestSeal.concerns(member))
          Files.copy(member, draft.path().resolve(member.getFileName()));
    }
  }

  private static Timing.Builder timing(Manifest there, double pauseMillis) {
    return there.getTiming().toBuilder().setPauseMillis(pauseMillis);
  }

  /** It was begun here, and lives again here: what it may be using is what this machine has. */
  private Machine machine(Manifest there) {
    return ManifestWriter.machine(nodeName)
        .setMonotonicNanos(there.getMachine().getMonotonicNanos())
        .setBoottimeNanos(there.getMachine().getBoottimeNanos())
        .build();
  }

  @Override
  public void close() {
    memory.close();
    if (!stored) draft.discard();
  }
}
