package io.sojourn.restore;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.File;
import io.sojourn.restore.rollback.Rollback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The files that the task had open or mapped must be as they were: CRIU wants the same size, and
 * the task the same content. Deleted ones are in the image; what the image remembers is put back
 * later, if it can be.
 */
final class FileCheck {
  private final RestoreOrder order;
  private final Rollback rollback;
  private final List<OperationException> refusals = new ArrayList<>();

  private FileCheck(RestoreOrder order) {
    this.order = order;
    this.rollback = order.rollback();
  }

  static void check(RestoreOrder order) {
    FileCheck check = new FileCheck(order);
    check.directory(Path.of(order.manifest().getTask().getWorkingDirectory()));
    for (File file : order.manifest().getFilesList())
      if (!file.getDeleted()
          && file.getCarriedAs().isEmpty()
          && !check.rollback.covers(file.getPath())) check.file(file);
    check.refusals.addAll(check.rollback.obstacles());
    check.conclude();
  }

  private void directory(Path directory) {
    if (!Files.isDirectory(directory))
      refuse(
          "the task's working directory " + directory + " is missing",
          "put it back: mkdir -p " + directory);
  }

  private void file(File file) {
    Path path = Path.of(file.getPath());
    try {
      if (!Files.isRegularFile(path)) missing(file);
      else if (Files.size(path) != file.getSize()) otherSize(file, Files.size(path));
      else if (!file.getAppendOnly() && !order.options().acceptChangedFiles()) content(file, path);
    } catch (IOException e) {
      refuse(file.getPath() + " cannot be read: " + e, "see whether its disk is well");
    }
  }

  private void missing(File file) {
    refuse(
        file.getPath() + use(file) + " is missing",
        "put the file back as it was on " + time(file) + ": " + file.getSize() + " bytes");
  }

  private void otherSize(File file, long size) {
    if (size > file.getSize() && file.getAppendOnly()) return;
    String what =
        file.getPath()
            + use(file)
            + (size > file.getSize() ? " has grown from " : " has shrunk from ")
            + file.getSize()
            + " to "
            + size
            + " bytes since the image was made";
    if (size > file.getSize() && file.getWritten())
      refuse(
          what,
          "cut off what was added later: truncate -s " + file.getSize() + " " + file.getPath());
    else refuse(what, "put the file back as it was on " + time(file));
  }

  /** A file that was not touched since is taken as it is; another is read. */
  private void content(File file, Path path) throws IOException {
    long modified = Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
    if (modified == file.getModifiedNanos()) return;
    String mend =
        "put the file back as it was on "
            + time(file)
            + ", or go on with it as it is: --accept-changed-files";
    if (file.getDigest().isEmpty())
      refuse(file.getPath() + use(file) + " was written to after the image was made", mend);
    else if (!Digest.of(path, count -> {}).equals(file.getDigest()))
      refuse(file.getPath() + use(file) + " has another content than in the image", mend);
  }

  private static String use(File file) {
    if (file.getDescriptorsCount() > 0)
      return ", which the task has open (descriptor " + file.getDescriptors(0) + "),";
    return ", which the task has mapped,";
  }

  private static String time(File file) {
    long nanos = file.getModifiedNanos();
    return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000).toString();
  }

  private void refuse(String message, String mend) {
    refusals.add(OperationException.refused(message, mend));
  }

  /** One file is named with its mend; of several, all are named. */
  private void conclude() {
    if (refusals.isEmpty()) return;
    if (refusals.size() == 1) throw refusals.get(0);
    String messages =
        String.join("\n", refusals.stream().map(OperationException::getMessage).toList());
    String mends = String.join("\n", refusals.stream().map(OperationException::mend).toList());
    throw OperationException.refused(messages, mends);
  }
}
