package io.sojourn.node.record;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of one type, a file each: {@code ID.json} in a directory. A file is there whole or as it
 * was before. One that cannot be read is passed over, and the log says so.
 */
public final class RecordFiles<T> {
  private static final Logger log = LoggerFactory.getLogger(RecordFiles.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final Class<T> type;

  /**
   * @param directory which is made when the first record is written
   */
  public RecordFiles(Path directory, Class<T> type) {
    this.directory = directory;
    this.type = type;
  }

  /** In no order. */
  public List<T> all() throws IOException {
    List<T> records = new ArrayList<>();
    if (!Files.isDirectory(directory)) return records;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) read(file).ifPresent(records::add);
    }
    return records;
  }

  public Optional<T> read(String id) {
    return Files.exists(file(id)) ? read(file(id)) : Optional.empty();
  }

  private Optional<T> read(Path file) {
    try {
      return Optional.of(JSON.readValue(file.toFile(), type));
    } catch (IOException damaged) {
      log.warn("{} was passed over: {}", file, damaged.getMessage());
      return Optional.empty();
    }
  }

  public void write(String id, T record) throws IOException {
    Files.createDirectories(directory);
    Path draft = directory.resolve(id + ".json.tmp");
    Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(record));
    Files.move(draft, file(id), StandardCopyOption.ATOMIC_MOVE);
  }

  public void remove(String id) throws IOException {
    Files.deleteIfExists(file(id));
  }

  private Path file(String id) {
    return directory.resolve(id + ".json");
  }
}
