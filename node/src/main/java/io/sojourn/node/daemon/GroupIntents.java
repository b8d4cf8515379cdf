package io.sojourn.node.daemon;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageRepository;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.record.RecordFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images of groups that are being stored: if the daemon dies before all parts of one are there, the
 * next one removes those that are.
 */
final class GroupIntents {
  private static final Logger log = LoggerFactory.getLogger(GroupIntents.class);

  /**
   * @param image "sim@3"
   * @param directories of its parts
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Intent(String image, List<String> directories) {}

  private final RecordFiles<Intent> files;

  GroupIntents(Path directory) {
    this.files = new RecordFiles<>(directory, Intent.class);
  }

  /** Removes what was cut short. Only where no operation is under way. */
  void sweep(ImageRepository repository) throws IOException {
    for (Intent intent : files.all()) {
      log.warn("image {} was not completed; what is there of it is removed", intent.image());
      for (String directory : intent.directories())
        if (Files.exists(Path.of(directory))) remove(repository, Path.of(directory));
      files.remove(intent.image());
    }
  }

  private static void remove(ImageRepository repository, Path directory) {
    try {
      repository.remove(ImageDirectory.open(directory));
    } catch (OperationException left) {
      log.warn("{} is left: {}", directory, left.getMessage());
    }
  }

  void begin(String image, List<Path> directories) {
    try {
      files.write(image, new Intent(image, directories.stream().map(Path::toString).toList()));
    } catch (IOException full) {
      throw OperationException.refused(
          "it cannot be noted that image " + image + " is being made: " + full.getMessage(),
          "see whether the disk of the state directory is full");
    }
  }

  /** All of it is there, or nothing. */
  void over(String image) {
    try {
      files.remove(image);
    } catch (IOException stays) {
      throw OperationException.failed(
          "it cannot be noted that image " + image + " is there: " + stays.getMessage(),
          "see whether the disk of the state directory fails",
          stays);
    }
  }
}
