package io.sojourn.node.shipping;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a directory into which CRIU dumps, for memory pages: nearly all of an image, and only
 * ever appended to. The rest is small, and comes when the manifest says what belongs to the image.
 */
final class GrowingPages implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GrowingPages.class);

  /**
   * Whether splice(2), by which CRIU writes, is told to inotify depends on the kernel's age: look
   * without a word as well, while the dump lasts.
   */
  private static final int LOOK_MILLIS = 5;

  private final Path directory;
  private final Cargo cargo;
  private final WatchService watch;
  private final Thread thread;
  private volatile boolean over;

  GrowingPages(Path directory, Cargo cargo) {
    this.directory = directory;
    this.cargo = cargo;
    try {
      watch = directory.getFileSystem().newWatchService();
      directory.register(
          watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
    } catch (IOException denied) {
      throw OperationException.failed(
          directory + " cannot be watched: " + denied.getMessage(),
          "raise fs.inotify.max_user_instances, or fs.inotify.max_user_watches",
          denied);
    }
    thread = new Thread(this::follow, "growing pages");
    thread.setDaemon(true);
    thread.start();
  }

  private void follow() {
    try {
      while (!over) {
        WatchKey key = watch.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
        look();
      }
    } catch (InterruptedException e) {
      // The end.
    } catch (IOException renamed) {
      log.debug("{}", renamed.toString());
    }
  }

  private void look() throws IOException {
    try (DirectoryStream<Path> pages =
        Files.newDirectoryStream(directory, "{pages,lastcopy}-*.img")) {
      for (Path file : pages)
        cargo.grown(directory, file.getFileName().toString(), Files.size(file));
    }
  }

  /** When this returns, nothing more is looked at. */
  @Override
  public void close() {
    over = true;
    thread.interrupt();
    try {
      thread.join();
      watch.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.debug("{}", e.toString());
    }
  }
}
