package io.sojourn.checkpointer;

import io.sojourn.engine.criu.ImageFile;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.engine.linux.Mapping;
import io.sojourn.protocol.image.File;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The regular files that the task has open or mapped, as they are at this moment. */
final class FileCensus {

  private static final FileStatus NOTHING = new FileStatus(0, 0, 0, 0, 0, 0);

  private final Map<String, File.Builder> files = new LinkedHashMap<>();

  private FileCensus() {}

  /** Without digests. */
  static List<File> of(TaskFacts facts) {
    FileCensus census = new FileCensus();
    facts.descriptors().forEach(census::add);
    facts.mappings().values().forEach(mappings -> mappings.forEach(census::add));
    return census.files();
  }

  /**
   * As CRIU has found them, without those that are gone by now.
   *
   * @param files of one image
   */
  static List<File> of(Collection<ImageFile> files) {
    FileCensus census = new FileCensus();
    files.forEach(census::add);
    return census.files();
  }

  private List<File> files() {
    return files.values().stream().map(File.Builder::build).toList();
  }

  /** Sizes and times of the written ones anew. */
  static List<File> refreshed(List<File> files) {
    return files.stream()
        .map(file -> file.getWritten() && !file.getDeleted() ? refreshed(file) : file)
        .toList();
  }

  private static File refreshed(File file) {
    return FileStatus.of(Path.of(file.getPath()))
        .map(
            now ->
                file.toBuilder().setSize(now.size()).setModifiedNanos(now.modifiedNanos()).build())
        .orElse(file);
  }

  private void add(Descriptor descriptor) {
    if (!onDisk(descriptor.path())) return;
    descriptor.status().filter(FileStatus::regular).ifPresent(status -> add(descriptor, status));
  }

  private void add(Descriptor descriptor, FileStatus status) {
    File.Builder file = entry(descriptor.path(), descriptor.deleted(), status);
    // Append-only it is as long as nobody writes to it in another way.
    boolean onlyAppended =
        descriptor.appendOnly() && (file.getAppendOnly() || file.getDescriptorsCount() == 0);
    file.setAppendOnly(onlyAppended && !file.getMapped());
    if (descriptor.writable()) file.setWritten(true);
    file.addDescriptors(descriptor.number());
  }

  private void add(Mapping mapping) {
    if (!onDisk(mapping.plainPath())) return;
    Optional<FileStatus> status = FileStatus.of(Path.of(mapping.plainPath()));
    boolean there =
        !mapping.deleted() && status.filter(s -> s.inode() == mapping.inode()).isPresent();
    File.Builder file = entry(mapping.plainPath(), !there, status.orElse(NOTHING));
    file.setMapped(true).setAppendOnly(false);
    if (mapping.shared() && mapping.writable()) file.setWritten(true);
    if (CarriedFiles.carries(mapping)) file.setCarriedAs(CarriedFiles.member(mapping.plainPath()));
  }

  private void add(ImageFile file) {
    if (!onDisk(file.path())) return;
    Optional<FileStatus> status = FileStatus.of(Path.of(file.path())).filter(FileStatus::regular);
    // What is carried is put back, wherever its name leads by now.
    if (CarriedFiles.carries(file)) add(file, status.orElse(NOTHING));
    else status.ifPresent(there -> add(file, there));
  }

  private void add(ImageFile file, FileStatus status) {
    boolean known = files.containsKey(file.path());
    File.Builder entry = entry(file.path(), false, status);
    entry.setAppendOnly(file.appendOnly() && (entry.getAppendOnly() || !known));
    if (file.written()) entry.setWritten(true);
    if (file.mapped()) entry.setMapped(true);
    if (CarriedFiles.carries(file)) entry.setCarriedAs(CarriedFiles.member(file.path()));
  }

  private File.Builder entry(String path, boolean deleted, FileStatus status) {
    return files.computeIfAbsent(
        path + (deleted ? " (deleted)" : ""),
        key ->
            File.newBuilder()
                .setPath(path)
                .setDeleted(deleted)
                .setSize(status.size())
                .setInode(status.inode())
                .setModifiedNanos(status.modifiedNanos()));
  }

  /** What the kernel makes up is not a file that a restore must find. */
  private static boolean onDisk(String path) {
    return path.startsWith("/")
        && !path.startsWith("/memfd:")
        && !path.startsWith("/proc/")
        && !path.startsWith("/sys/")
        && !path.startsWith("/SYSV")
        && !path.equals("/dev/zero");
  }
}
