package io.sojourn.restore;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.TaskIdentity;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Restore orders for tests: a task "web" that is nowhere. */
final class Orders {
  /** Beyond what Linux gives: nobody has it. */
  static final int NO_PID = 5_000_000;

  private final Path directory;
  private final Manifest.Builder manifest =
      Manifest.newBuilder()
          .setName("web-0a1b-1")
          .setCreatedEpochMillis(System.currentTimeMillis())
          .setTask(
              TaskIdentity.newBuilder()
                  .setId("0a1b2c3d4e5f")
                  .setName("web")
                  .setPid(NO_PID)
                  .setWorkingDirectory("/"));
  private RestoreOptions options = RestoreOptions.DEFAULT;

  private Orders(Path directory) {
    this.directory = directory;
  }

  static Orders in(Path directory) {
    return new Orders(directory);
  }

  Orders with(Consumer<Manifest.Builder> change) {
    change.accept(manifest);
    return this;
  }

  Orders with(RestoreOptions options) {
    this.options = options;
    return this;
  }

  RestoreOrder order() {
    return new RestoreOrder(
        new ImageDirectory(directory.resolve("image"), manifest.build()),
        2,
        options,
        Company.ALONE,
        new RestorePipeline.Settings(
            Path.of("/bin/false"),
            Path.of("/bin/false"),
            directory.resolve("run"),
            directory.resolve("state"),
            "here"));
  }
}
