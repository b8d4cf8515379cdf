package io.sojourn.node.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a node keeps of its cluster: {@code cluster/} in the state directory, mode 0700, with files
 * of mode 0600. It is there as a whole or not at all; each file is replaced in one step.
 */
final class ClusterDirectory {
  static final String SETTINGS = "settings.json";
  static final String AUTHORITY = "authority.crt";
  static final String AUTHORITY_KEY = "authority.key";
  static final String KEY = "node.pem";
  static final String REVOKED = "revoked.crl";
  static final String NODES = "nodes.pb";
  static final String TOKENS = "tokens.json";
  static final String ISSUED = "issued.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  ClusterDirectory(Path directory) {
    this.directory = directory;
  }

  Path path() {
    return directory;
  }

  boolean exists() {
    return Files.exists(directory.resolve(SETTINGS));
  }

  /** A directory to be filled, and then given its name; what a crash left of one is removed. */
  ClusterDirectory draft() throws IOException {
    ClusterDirectory draft = new ClusterDirectory(directory.resolveSibling(".draft-cluster"));
    draft.delete();
    Files.createDirectories(directory.getParent());
    Files.createDirectory(
        draft.directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return draft;
  }

  /** Now it is there. */
  void publish(ClusterDirectory draft) throws IOException {
    Files.move(draft.directory, directory, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes it: first its name, so that a crash leaves none that is half there. */
  void remove() throws IOException {
    ClusterDirectory doomed = new ClusterDirectory(directory.resolveSibling(".draft-left"));
    doomed.delete();
    Files.move(directory, doomed.directory, StandardCopyOption.ATOMIC_MOVE);
    doomed.delete();
  }

  void delete() throws IOException {
    if (!Files.exists(directory)) return;
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
    }
  }

  void write(String file, String content) {
    write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  void write(String file, Object record) {
    try {
      write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(record));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  synchronized void write(String file, byte[] content) {
    Path draft = directory.resolve(file + ".tmp");
    try {
      Files.deleteIfExists(draft);
      // From the first byte on nobody else may read a key.
      Files.createFile(
          draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(draft, content, StandardOpenOption.SYNC, StandardOpenOption.WRITE);
      Files.move(draft, directory.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException full) {
      throw new UncheckedIOException(directory.resolve(file) + " could not be written", full);
    }
  }

  Optional<byte[]> read(String file) {
    Path path = directory.resolve(file);
    if (!Files.exists(path)) return Optional.empty();
    try {
      return Optional.of(Files.readAllBytes(path));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(path + " cannot be read", unreadable);
    }
  }

  Optional<String> text(String file) {
    return read(file).map(content -> new String(content, StandardCharsets.UTF_8));
  }

  <T> Optional<T> read(String file, Class<T> type) {
    return read(file)
        .map(
            content -> {
              try {
                return JSON.readValue(content, type);
              } catch (IOException damaged) {
                throw new UncheckedIOException(directory.resolve(file) + " is damaged", damaged);
              }
            });
  }
}
