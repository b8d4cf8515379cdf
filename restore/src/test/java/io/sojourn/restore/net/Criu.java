package io.sojourn.restore.net;

import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** CRIU's command line, in a network namespace. */
final class Criu {
  private static final Path ROOT =
      Path.of(System.getProperty("sojourn.root", "..")).toAbsolutePath();

  private Criu() {}

  private static String binary() throws IOException {
    Path place = ROOT.normalize().resolve("integration-tests/target/criu");
    try {
      Process provision =
          new ProcessBuilder(ROOT.resolve("scripts/provision-criu.sh").toString(), place.toString())
              .inheritIO()
              .start();
      if (provision.waitFor() != 0) throw new IOException("CRIU cannot be provided");
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return place.resolve("criu").toString();
  }

  /**
   * The task stands still afterwards, its connections in repair mode.
   *
   * @param first of the task's pid namespace
   */
  static void dump(NetworkNamespace in, int first, int task, Path images) throws IOException {
    run(in, first, images, "dump", "-t", "" + Proc.innermostPid(task), "--leave-stopped");
  }

  /** With the same process number, in that pid namespace. */
  static void restore(NetworkNamespace in, int first, Path images) throws IOException {
    run(in, first, images, "restore", "-d");
  }

  private static void run(NetworkNamespace in, int first, Path images, String... words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("nsenter", "-t", "" + first, "-p", "-m"));
    command.add(binary());
    command.addAll(List.of(words));
    command.addAll(List.of("-D", images.toString(), "-o", words[0] + ".log", "-v4", "--shell-job"));
    command.addAll(List.of("--tcp-established", "--skip-in-flight", "--network-lock", "skip"));
    try {
      in.run("", command);
    } catch (IOException failed) {
      String log = Files.readString(images.resolve(words[0] + ".log"));
      throw new IOException(
          String.join("\n", log.lines().filter(line -> line.contains("Error")).toList()), failed);
    }
  }
}
