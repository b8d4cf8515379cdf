package io.sojourn.checkpointer;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Stream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the pipes and terminals of a frozen task open, by a small process that holds duplicates, so
 * that no reader sees an end.
 */
final class FrozenStreams {
  private final Path shim;
  private final Path directory;
  private @Nullable Process holder;
  private @Nullable Path note;

  FrozenStreams(Path shim, Path runDirectory) {
    this.shim = shim;
    this.directory = runDirectory.resolve("holders");
  }

  /**
   * Starts the holder, before the task goes. Its pid and start time are noted under the image's
   * name, for the restore.
   */
  void hold(int pid, List<Stream> streams, String imageName) {
    if (streams.isEmpty()) return;
    List<String> command = new ArrayList<>(List.of(shim.toString(), "hold", Integer.toString(pid)));
    streams.forEach(
        stream ->
            stream.getDescriptorsList().stream()
                .limit(1)
                .forEach(number -> command.add(number.toString())));
    try {
      Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
      holder = started;
      try (BufferedReader output = started.inputReader(StandardCharsets.UTF_8)) {
        String line = output.readLine();
        if (!"ready".equals(line)) throw new IOException(line == null ? "it ended" : line);
      }
      Files.createDirectories(directory);
      note = directory.resolve(imageName);
      Files.writeString(note, started.pid() + " " + Proc.startTicks((int) started.pid()) + "\n");
    } catch (IOException e) {
      throw OperationException.failed(
          "the task's pipes and terminals cannot be kept open while it is frozen: "
              + e.getMessage(),
          "see whether " + shim + " runs",
          e);
    }
  }

  /** The task runs on after all. */
  void release() {
    if (holder != null) holder.destroyForcibly();
    try {
      if (note != null) Files.deleteIfExists(note);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
