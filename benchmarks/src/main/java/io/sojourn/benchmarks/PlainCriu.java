package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** CRIU alone, as one would use it on a JVM without an agent. */
record PlainCriu(Node node) implements Contender {
  private static final List<String> OPTIONS =
      List.of("--tcp-established", "--shell-job", "--file-locks", "--ext-unix-sk");

  @Override
  public @Nullable String agent() {
    return null;
  }

  @Override
  public Shell.Finished checkpoint(RunningSubject program, Path image)
      throws Failure, InterruptedException {
    return dump(program.pid(), image, List.of("--leave-running"));
  }

  @Override
  public Shell.Finished freeze(RunningSubject program, Path image)
      throws Failure, InterruptedException {
    return dump(program.pid(), image, List.of());
  }

  /** Of any process, with options besides the usual ones. */
  Shell.Finished dump(long pid, Path image, List<String> more)
      throws Failure, InterruptedException {
    try {
      Files.createDirectory(image);
    } catch (IOException e) {
      throw new Failure("cannot create " + image, e);
    }
    List<String> options = new ArrayList<>(more);
    options.addAll(List.of("-t", String.valueOf(pid)));
    return criu("dump", image, options);
  }

  @Override
  public Shell.Finished restore(Path image) throws Failure, InterruptedException {
    return criu("restore", image, List.of("--restore-detached"));
  }

  private Shell.Finished criu(String verb, Path image, List<String> more)
      throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(List.of(node.criu().toString(), verb));
    command.addAll(List.of("-D", image.toString(), "-o", verb + ".log"));
    command.addAll(OPTIONS);
    command.addAll(more);
    return Shell.run(Map.of(), command);
  }
}
