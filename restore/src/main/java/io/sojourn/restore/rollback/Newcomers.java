package io.sojourn.restore.rollback;

import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.Volume;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Files that the task's user has made since, in the directories of those that are put back. Below
 * no volume nobody knows whether they are the task's: they are named, and left where they are.
 */
final class Newcomers {
  private static final int MOST = 1000;
  private static final long MILLIS = 1_000_000;

  private Newcomers() {}

  static List<String> of(Manifest manifest, Access access) throws IOException {
    Set<Path> directories =
        manifest.getRememberedList().stream()
            .map(file -> Path.of(file.getPath()).getParent())
            .filter(directory -> directory != null && !inVolume(manifest, directory))
            .collect(Collectors.toSet());
    Set<String> known =
        manifest.getRememberedList().stream()
            .map(RememberedFile::getPath)
            .collect(Collectors.toSet());
    List<String> found = new ArrayList<>();
    for (Path directory : directories)
      for (String path : names(directory, access))
        if (!known.contains(path)
            && found.size() < MOST
            && access.look(path).filter(status -> isNew(status, manifest)).isPresent())
          found.add(path);
    return found;
  }

  private static boolean isNew(Statx status, Manifest manifest) {
    return status.regular()
        && status.uid() == manifest.getTask().getUid()
        && Difference.nanos(status.born()) > manifest.getCreatedEpochMillis() * MILLIS;
  }

  static boolean inVolume(Manifest manifest, Path path) {
    return manifest.getVolumesList().stream()
        .map(Volume::getPath)
        .anyMatch(volume -> path.startsWith(volume));
  }

  private static List<String> names(Path directory, Access access) throws IOException {
    if (!Files.isDirectory(directory)) return List.of();
    return access
        .user()
        .call(
            () -> {
              List<String> names = new ArrayList<>();
              try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
                all.forEach(path -> names.add(path.toString()));
              } catch (IOException closed) {
                // One that the task's user may not list.
              }
              return names;
            });
  }
}
