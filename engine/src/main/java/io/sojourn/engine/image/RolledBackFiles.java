package io.sojourn.engine.image;

import com.google.protobuf.util.JsonFormat;
import io.sojourn.protocol.image.RolledBack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What files held before restores put them back: a directory IMAGE.NUMBER for each such restore.
 * They outlive the image, and go only when somebody says so.
 */
public final class RolledBackFiles {
  /** Of a file that is only appended to, so much of its end must be the same at a restore. */
  public static final long TAIL = 1L << 20;

  private static final String FOLDER = "rolled-back";
  private static final String RECORD = "rolled-back.json";

  private final Path root;

  /**
   * @param stateDirectory of the node
   */
  public RolledBackFiles(Path stateDirectory) {
    this.root = stateDirectory.resolve(FOLDER);
  }

  /** Where one lies. */
  public Path directory(String name) {
    return root.resolve(name);
  }

  /** One restore's. */
  public record Entry(Path directory, RolledBack record) {}

  /** All of them, the newest first. */
  public List<Entry> all() {
    if (!Files.isDirectory(root)) return List.of();
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
      for (Path directory : directories)
        if (Files.exists(directory.resolve(RECORD))) entries.add(read(directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    entries.sort(Comparator.comparingLong((Entry e) -> e.record().getEpochMillis()).reversed());
    return entries;
  }

  /** The one of an image that a crash has cut short. */
  public Optional<Entry> unfinished(String image) {
    return all().stream()
        .filter(entry -> entry.record().getImage().equals(image))
        .filter(entry -> entry.record().getState() != RolledBack.State.DONE)
        .findFirst();
  }

  /** An empty directory for what files hold now. Without a record it is nothing yet. */
  public Path begin(String image) throws IOException {
    var closed = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    // Several restores at once may make it.
    Files.createDirectories(root, closed);
    for (int number = 1; ; number++) {
      Path directory = root.resolve(image + "." + number);
      // What a crash left here was not put back from: the files have it all still.
      if (Files.isDirectory(directory) && !Files.exists(directory.resolve(RECORD)))
        Trees.delete(directory);
      if (Files.exists(directory)) continue;
      return Files.createDirectory(directory, closed);
    }
  }

  /** Writes the record, whole or not at all, and brings it to the disk. */
  public void write(Path directory, RolledBack record) throws IOException {
    Path draft = directory.resolve("." + RECORD);
    Files.writeString(draft, JsonFormat.printer().print(record) + "\n");
    sync(draft);
    Files.move(draft, directory.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
    sync(root);
  }

  /** Removes one for good: first its record. */
  public void remove(Entry entry) {
    try {
      Files.delete(entry.directory().resolve(RECORD));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Trees.delete(entry.directory());
  }

  private static Entry read(Path directory) throws IOException {
    RolledBack.Builder record = RolledBack.newBuilder();
    JsonFormat.parser()
        .ignoringUnknownFields()
        .merge(Files.readString(directory.resolve(RECORD)), record);
    return new Entry(directory, record.build());
  }

  /**
   * Brings files, and directories' names, to the disk. Those of one moment take one write of it.
   */
  public void sync(List<Path> paths) throws IOException {
    try {
      paths.parallelStream()
          .forEach(
              path -> {
                try {
                  sync(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
