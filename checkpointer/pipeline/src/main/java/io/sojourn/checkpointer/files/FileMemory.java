package io.sojourn.checkpointer.files;

import io.sojourn.engine.criu.ImageFile;
import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.RolledBackFiles;
import io.sojourn.engine.image.VolumeTree;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Mapping;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.RememberedFile.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files that one image remembers. Three steps: {@link #early} while the task runs copies what
 * can be copied then; {@link #hold} while it stands still takes what has changed since; {@link
 * #complete} when it runs on brings all of it into the image.
 */
public final class FileMemory implements AutoCloseable {
  private final FilesOptions options;
  private final Opening opening;
  private final EarlyCopies early;
  private final Copies copies;
  private final List<RememberedFile.Builder> files = new ArrayList<>();
  private final Map<String, WrittenFile> appended = new HashMap<>();
  private final Set<String> found = new HashSet<>();
  private List<VolumeTree> volumes = List.of();
  private Map<String, WrittenFile> known = Map.of();

  /**
   * @param draft of the image
   * @param user whose rights count for what the task does not have open
   */
  public FileMemory(FilesOptions options, Path draft, ThreadIdentity user) {
    this.options = options;
    this.opening = new Opening(user);
    this.copies = new Copies(draft, options.limitBytes());
    this.early = new EarlyCopies(opening, copies);
  }

  public boolean remembers() {
    return options.remember();
  }

  /**
   * Copies what can be copied now. The task runs, and may write to it meanwhile.
   *
   * @param descriptors that the task has
   * @param mappings of its processes
   * @throws OperationException refused: it would be too much
   */
  public void early(List<Descriptor> descriptors, Collection<List<Mapping>> mappings) {
    if (!remembers()) return;
    known = WrittenFile.of(descriptors, mappings);
    for (Target target : Target.of(options, known.values(), walk()).values())
      if (target.way() == Way.COPY)
        try {
          early.take(target);
        } catch (IOException e) {
          throw cannot(target.path(), e);
        }
  }

  private List<VolumeTree> walk() {
    return options.volumes().stream().map(root -> VolumeTree.of(root, opening.user())).toList();
  }

  /**
   * Takes what is left. The task stands still.
   *
   * @param images what CRIU has written of it
   * @throws OperationException the task is to run on without an image
   */
  public void hold(Path images) {
    if (!remembers()) return;
    volumes = walk();
    for (Target target : Target.of(options, written(images), volumes).values())
      try {
        hold(target);
      } catch (IOException e) {
        throw cannot(target.path(), e);
      } catch (OperationException tooMuch) {
        // What is refused elsewhere was begun here.
        throw OperationException.failed(
            String.valueOf(tooMuch.getMessage()), tooMuch.mend(), tooMuch);
      }
  }

  /** What it has open now, as CRIU has found it: something may have been opened since. */
  private Collection<WrittenFile> written(Path images) {
    Map<String, WrittenFile> written = new LinkedHashMap<>();
    try {
      for (ImageFile one : ImageFile.of(images)) {
        found.add(one.path());
        if (one.written() && WrittenFile.isFile(one.path()))
          written.merge(one.path(), written(one), WrittenFile::and);
      }
    } catch (IOException e) {
      throw cannot("what the task has open", e);
    }
    return written.values();
  }

  /** Names of all that the task had open or mapped at the stop. */
  public Set<String> found() {
    return found;
  }

  private WrittenFile written(ImageFile file) {
    WrittenFile before = known.get(file.path());
    Path way = before == null ? Path.of(file.path()) : before.way();
    return new WrittenFile(file.path(), way, file.appends(), file.mapped());
  }

  private void hold(Target target) throws IOException {
    Statx status = Opening.look(target.path());
    if (!status.regular()) return;
    RememberedFile.Builder entry = target.entry(status);
    if (target.way() == Way.COPY) entry.setMember(early.hold(target, status));
    if (target.way() == Way.LENGTH) appended.put(target.path(), target.file());
    files.add(entry);
  }

  /** Brings all of it into the image, and says so in its manifest. The task runs on. */
  public void complete(Manifest.Builder manifest) throws IOException {
    if (!remembers()) return;
    early.discardRest();
    copies.complete();
    for (RememberedFile.Builder file : files) {
      WrittenFile log = appended.get(file.getPath());
      if (log != null) file.setTailDigest(tail(log, file));
      manifest.addRemembered(file);
    }
    manifest.addAllFileRules(options.rules().texts());
    volumes.forEach(volume -> manifest.addVolumes(volume.directories()));
  }

  /** What was there does not change any more, however much comes behind. */
  private String tail(WrittenFile log, RememberedFile.Builder remembered) {
    long size = remembered.getSize();
    try (OpenFile file = opening.read(log)) {
      if (file.status().inode() != remembered.getInode()) return "";
      return Digest.of(file, Math.max(0, size - RolledBackFiles.TAIL), size);
    } catch (IOException unreadable) {
      return "";
    }
  }

  private static OperationException cannot(String what, IOException why) {
    return OperationException.failed(
        what + " cannot be remembered: " + why.getMessage(),
        "see whether the disk is full; or do without: --files=PATH:keep",
        why);
  }

  @Override
  public void close() {
    copies.close();
    opening.close();
  }
}
