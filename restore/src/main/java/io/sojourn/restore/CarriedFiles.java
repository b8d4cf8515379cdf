package io.sojourn.restore;

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

/**
 * Files that the image carries and that only the task uses: the JVM's counters. They are put back
 * before CRIU looks for them, and taken away again where the restore fails.
 */
final class CarriedFiles implements AutoCloseable {
  private final RestoreOrder order;
  private final List<Path> made = new ArrayList<>();

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
    made.add(path);
    Files.copy(
        order.image().path().resolve(file.getCarriedAs()),
        path,
        StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    own(path);
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
  }
}
