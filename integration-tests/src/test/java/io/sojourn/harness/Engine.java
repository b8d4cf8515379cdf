package io.sojourn.harness;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * The engine of containers for this run: the machine's, or one of our own that ends with this JVM,
 * however that ends. Has an image of a node of what was built.
 */
public final class Engine {
  /** The image's name. */
  public static final String IMAGE = "sojourn-node:it";

  private static volatile @Nullable String address;

  private Engine() {}

  /** Where containers cannot run at all, the tests that need them are skipped, and say so. */
  public static synchronized void provide() throws IOException, InterruptedException {
    if (address != null) return;
    String why = impossible();
    if (!why.isEmpty()) {
      System.err.println("NO TEST OF NODES IN CONTAINERS HAS RUN: " + why);
      Assumptions.abort(why);
    }
    Process build = start(Redirect.INHERIT, script("node-image.sh"), IMAGE);
    build.getInputStream().transferTo(System.err);
    if (build.waitFor() != 0) throw new IOException("the image of a node cannot be built");
    // It goes on until its input ends, which is with us.
    Process engine =
        start(
            Redirect.INHERIT,
            script("with-docker.sh"),
            "sh",
            "-c",
            "echo \"${DOCKER_HOST:-unix:///var/run/docker.sock}\"; exec cat > /dev/null");
    address = engine.inputReader(StandardCharsets.UTF_8).readLine();
    if (address == null) throw new IOException("no engine starts: status " + engine.waitFor());
  }

  /** Why there can be none; "" where there can. */
  private static String impossible() throws IOException, InterruptedException {
    if (answers()) return "";
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")))
      return "no Docker engine answers, and only root can start one";
    return Files.isExecutable(Path.of("/usr/bin/apt-get"))
        ? ""
        : "no Docker engine answers, and one is installed by apt only";
  }

  private static boolean answers() throws InterruptedException {
    try {
      return start(Redirect.DISCARD, "sh", "-c", "docker version > /dev/null").waitFor() == 0;
    } catch (IOException noShell) {
      return false;
    }
  }

  private static Process start(Redirect errors, String... command) throws IOException {
    return new ProcessBuilder(command).redirectError(errors).start();
  }

  private static String script(String name) {
    return Places.ROOT.normalize().resolve("scripts").resolve(name).toString();
  }

  static @Nullable String address() {
    return address;
  }
}
