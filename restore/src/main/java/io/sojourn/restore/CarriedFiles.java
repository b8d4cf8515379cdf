package io.sojourn.restore;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.LockCalls;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Files that the image carries and that only the task uses: the JVM's counters. They are put back
 * before CRIU looks for them, and taken away again where the restore fails. Meanwhile they are
 * locked: a JVM that starts removes what nobody has locked, where it sees no process of its number,
 * as in another pid namespace.
 */
final class CarriedFiles implements AutoCloseable {
  private final RestoreOrder order;
  private final List<Path> made = new ArrayList<>();
  private final List<Integer> locked = new ArrayList<>();

  private CarriedFiles(RestoreOrder order) {
    this.order = order;
  }

  static CarriedFiles putBack(RestoreOrder order) {
    CarriedFiles carried = new CarriedFiles(order);
    for (File file : order.manifest().getFilesList())
      if (!file.getCarriedAs().isEmpty())
        try {
          carried.putBack(file);
        } catch (IOException e) {
          carried.close();
          throw OperationException.failed(
              file.getPath() + " cannot be put back: " + e, "see whether the disk is full", e);
        }
    return carried;
  }

  private void putBack(File file) throws IOException {
    Path path = Path.of(file.getPath()), parent = path.getParent();
    // A clone beside the living first one shares its file.
    if (order.options().asClone() && Files.exists(path)) return;
    if (parent != null && !Files.exists(parent)) {
      made.add(
          Files.createDirectory(
              parent,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))));
      own(parent);
    }
    // It gets its name when it is locked. Beside its directory, of which JVMs remove all other
    // names.
    Path draft =
        Files.createTempFile(
            Objects.requireNonNullElse(parent, path).toAbsolutePath().getParent(), ".sojourn-", "");
    try {
      Files.copy(
          order.image().path().resolve(file.getCarriedAs()),
          draft,
          StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
      own(draft);
      lock(draft);
      made.add(path);
      Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private void lock(Path draft) throws IOException {
    int file = LockCalls.openLocked(draft.toString());
    if (file < 0) throw new IOException(draft + " cannot be locked: errno " + -file);
    locked.add(file);
  }

  private void unlock() {
    locked.forEach(FileCalls::close);
    locked.clear();
  }

  private void own(Path path) throws IOException {
    for (var id :
        Map.of(
                "unix:uid", order.manifest().getTask().getUid(),
                "unix:gid", order.manifest().getTask().getGid())
            .entrySet()) Files.setAttribute(path, id.getKey(), id.getValue());
  }

  /** The task lives and has them. */
  void keep() {
    made.clear();
    unlock();
  }

  @Override
  public void close() {
    made.sort(Comparator.reverseOrder());
    for (Path path : made)
      try {
        Files.deleteIfExists(path);
      } catch (IOException stays) {
        // Harmless: the next JVM of this user throws counters away that belong to nobody.
      }
    made.clear();
    unlock();
  }
}
