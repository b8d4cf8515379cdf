package io.sojourn.restore.rollback;

import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.FileRules;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.RolledBackFiles;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.File;
import io.sojourn.protocol.image.KeptFile.What;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.RememberedFile.Policy;
import io.sojourn.protocol.image.RolledBack;
import io.sojourn.protocol.image.TaskIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The files that an image remembers, at one restore: what becomes of each, what is in the way, and
 * the work itself.
 */
public final class Rollback {
  private final Path image;
  private final Manifest manifest;
  private final FileRules rules;
  private final RolledBackFiles kept;
  private final Map<String, RememberedFile> files = new LinkedHashMap<>();
  private final Map<String, Policy> policies = new LinkedHashMap<>();
  private Runnable step = () -> {};

  /**
   * @param rules said at this restore, which count more than what was said for the image
   * @param stateDirectory of the node, which keeps what files held
   */
  public Rollback(ImageDirectory image, FileRules rules, Path stateDirectory) {
    this.image = image.path();
    this.manifest = image.manifest();
    this.rules = FileRules.parse(manifest.getFileRulesList()).and(rules);
    this.kept = new RolledBackFiles(stateDirectory);
    for (RememberedFile file : manifest.getRememberedList())
      add(file, rules.of(file.getPath()).orElse(file.getPolicy()));
    // What was only noted when the image was made can be taken as it is all the same.
    for (File file : manifest.getFilesList())
      if (file.getWritten()
          && !file.getDeleted()
          && file.getCarriedAs().isEmpty()
          && !files.containsKey(file.getPath()))
        rules.of(file.getPath()).ifPresent(policy -> add(noted(file), policy));
  }

  private void add(RememberedFile file, Policy policy) {
    files.put(file.getPath(), file);
    policies.put(file.getPath(), policy);
  }

  private static RememberedFile noted(File file) {
    return RememberedFile.newBuilder()
        .setPath(file.getPath())
        .setSize(file.getSize())
        .setModifiedNanos(file.getModifiedNanos())
        .setInode(file.getInode())
        .build();
  }

  /** For tests: is run after each thing that was done. */
  Rollback afterEach(Runnable todo) {
    step = todo;
    return this;
  }

  /** Whether nobody else need look at how a file is now. */
  public boolean covers(String path) {
    return policies.containsKey(path);
  }

  /** Whether there is anything that could have to be put back. */
  public boolean any() {
    return policies.containsValue(Policy.ROLLBACK) || manifest.getVolumesCount() > 0;
  }

  /** Paths of those that may be of another length. */
  public Set<String> keptAsTheyAre() {
    return policies.entrySet().stream()
        .filter(one -> one.getValue() == Policy.KEEP)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** What cannot be put back, a refusal each. Nothing is touched. */
  public List<OperationException> obstacles() {
    List<OperationException> obstacles = new ArrayList<>();
    if (files.isEmpty()) return obstacles;
    try (Access access = new Access(manifest.getTask())) {
      for (RememberedFile file : files.values()) obstacle(file, access).ifPresent(obstacles::add);
    }
    return obstacles;
  }

  private Optional<OperationException> obstacle(RememberedFile file, Access access) {
    String path = file.getPath();
    try {
      Optional<Statx> now = access.look(path);
      Policy policy = policies.get(path);
      if (policy == Policy.KEEP)
        return now.isPresent() || !isInUse(path)
            ? Optional.empty()
            : refusal(path + ", which the task has open, is missing", "put it back");
      if (isAsItWas(file, now)) return Optional.empty();
      if (policy == Policy.FAIL)
        return refusal(
            path + " has changed since the image was made, and is to be as it was",
            "put it back; or take it as it is: --files=" + path + ":keep");
      return switch (file.getWay()) {
        case LENGTH -> ofAppended(file, now.filter(Statx::regular), access);
        case COPY -> ofCopied(file, now, access);
        default ->
            refusal(
                path + " has changed, and nothing of it was remembered when the image was made",
                "take it as it is: --files=" + path + ":keep");
      };
    } catch (IOException e) {
      return refusal(
          path + " cannot be looked at: " + e.getMessage(), "see whether its disk is well");
    }
  }

  private boolean isInUse(String path) {
    return manifest.getFilesList().stream().anyMatch(file -> file.getPath().equals(path));
  }

  private static boolean isAsItWas(RememberedFile file, Optional<Statx> now) {
    return now.filter(Statx::regular)
        .filter(status -> status.size() == file.getSize())
        .filter(status -> Difference.nanos(status.modified()) == file.getModifiedNanos())
        .isPresent();
  }

  private static Optional<OperationException> refusal(String message, String mend) {
    return Optional.of(OperationException.refused(message, mend));
  }

  private static Optional<OperationException> ofAppended(
      RememberedFile file, Optional<Statx> now, Access access) throws IOException {
    String path = file.getPath();
    String mend =
        "put the file back that it was, of "
            + file.getSize()
            + " bytes; or take what is there as it is: --files="
            + path
            + ":keep";
    if (now.isEmpty())
      return refusal(path + " is missing, and only its length was remembered", mend);
    if (now.get().size() < file.getSize())
      return refusal(
          path + " has become shorter than the " + file.getSize() + " bytes that it had", mend);
    return hasTail(file, access)
        ? Optional.empty()
        : refusal(
            path + " is not the file that the task appended to, and only its length was remembered",
            mend);
  }

  /** What is there may be another file: a log that was rotated, or one that was written anew. */
  private static boolean hasTail(RememberedFile file, Access access) throws IOException {
    if (file.getTailDigest().isEmpty()) return true;
    try (OpenFile now = access.read(file.getPath(), file.getInode())) {
      long size = file.getSize();
      return Digest.of(now, Math.max(0, size - RolledBackFiles.TAIL), size)
          .equals(file.getTailDigest());
    }
  }

  private Optional<OperationException> ofCopied(
      RememberedFile file, Optional<Statx> now, Access access) throws IOException {
    String path = file.getPath();
    if (Newcomers.inVolume(manifest, Path.of(path)) || now.filter(Statx::regular).isPresent())
      return Optional.empty();
    if (now.isPresent())
      return refusal(path + " is no regular file any more", "move away what is there");
    String parent = String.valueOf(Path.of(path).getParent());
    if (access.look(parent).filter(Statx::directory).isPresent()) return Optional.empty();
    return refusal("the directory of " + path + " is missing", "make it: mkdir -p " + parent);
  }

  /**
   * Puts back what is not as it was, and keeps what was there.
   *
   * @return what was kept; empty where all was as it was
   * @throws OperationException refused, and nothing was touched; or failed, and the next attempt
   *     goes on
   */
  public Optional<RolledBackFiles.Entry> run() {
    try (Access access = new Access(manifest.getTask())) {
      List<Difference> differences = new ArrayList<>();
      for (RememberedFile file : files.values())
        if (policies.get(file.getPath()) == Policy.ROLLBACK)
          Difference.of(file, image, access).ifPresent(differences::add);
      VolumeChanges changes = VolumeChanges.of(manifest, rules, access);
      Optional<RolledBackFiles.Entry> before = kept.unfinished(manifest.getName());
      if (differences.isEmpty() && changes.none() && before.isEmpty()) return Optional.empty();
      verify(differences);
      return run(access, differences, changes, before);
    } catch (IOException e) {
      throw OperationException.failed(
          "files cannot be put back: " + e.getMessage(),
          "see whether a disk is full; nothing is lost (ckpt images --rolled-back), and the next"
              + " restore goes on",
          e);
    }
  }

  private Optional<RolledBackFiles.Entry> run(
      Access access,
      List<Difference> differences,
      VolumeChanges changes,
      Optional<RolledBackFiles.Entry> before)
      throws IOException {
    RolledBack.Builder record =
        before.map(entry -> entry.record().toBuilder()).orElseGet(RolledBack::newBuilder);
    // What has its content, and another time, is nothing to speak of.
    boolean notable = differences.stream().anyMatch(Rollback::isNotable) || !changes.none();
    if (notable && before.isEmpty()) {
      Path made = kept.begin(manifest.getName());
      TaskIdentity task = manifest.getTask();
      record
          .setName(String.valueOf(made.getFileName()))
          .setImage(manifest.getName())
          .setTask(task.getName())
          .setTaskId(task.getId())
          .setUid(task.getUid())
          .setEpochMillis(System.currentTimeMillis());
    }
    if (notable) keep(access, differences, changes, record);
    PuttingBack back = new PuttingBack(image, access, step);
    back.remove(changes);
    back.make(changes);
    for (Difference difference : differences) back.put(difference);
    back.sync(kept);
    if (record.getName().isEmpty()) return Optional.empty();
    Path directory = kept.directory(record.getName());
    kept.write(directory, record.setState(RolledBack.State.DONE).build());
    return Optional.of(new RolledBackFiles.Entry(directory, record.build()));
  }

  private static boolean isNotable(Difference difference) {
    return difference.what() != What.WHAT_UNSPECIFIED;
  }

  private void keep(
      Access access, List<Difference> differences, VolumeChanges changes, RolledBack.Builder record)
      throws IOException {
    Keeping keeping = new Keeping(kept.directory(record.getName()), image, access, record, step);
    keeping.room(bytes(access, differences, changes));
    for (Difference difference : differences) keeping.keep(difference);
    for (String created : changes.files()) keeping.keepCreated(created);
    changes.links().forEach(keeping::noteLink);
    changes.directories().forEach(keeping::noteDirectory);
    Newcomers.of(manifest, access).forEach(keeping::noteLeft);
    keeping.done(kept);
  }

  private static long bytes(Access access, List<Difference> differences, VolumeChanges changes)
      throws IOException {
    long bytes = 0;
    for (Difference difference : differences)
      if (difference.isToBeKept()) bytes += difference.size() - difference.from();
    for (String created : changes.files())
      bytes += access.look(created).map(Statx::size).orElse(0L);
    return bytes;
  }

  /** A damaged image must not be put over good files. */
  private void verify(List<Difference> differences) throws IOException {
    Map<String, String> digests =
        manifest.getMembersList().stream()
            .collect(Collectors.toMap(Member::getName, Member::getDigest));
    for (Difference difference : differences) {
      String member = difference.file().getMember();
      if (member.isEmpty() || !isNotable(difference)) continue;
      if (!Digest.of(image.resolve(member), count -> {}).equals(digests.get(member)))
        throw OperationException.refused(
            "image "
                + manifest.getName()
                + " is damaged: the content of "
                + member
                + " is not what was written",
            "restore from another image (ckpt images), and remove this one (ckpt rm)");
    }
  }
}
