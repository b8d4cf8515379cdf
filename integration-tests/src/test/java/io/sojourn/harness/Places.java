package io.sojourn.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where things are: what was built, and what a test run makes for itself. */
public final class Places {
  static final Path ROOT = Path.of(System.getProperty("sojourn.root", "..")).toAbsolutePath();
  public static final Path RUNTIME = ROOT.normalize().resolve("node/target/runtime");
  public static final Path AGENT = RUNTIME.resolve("migrate.jar");
  static final Path ARCHIVE =
      RUNTIME.resolve("ckpt-" + System.getProperty("java.version") + ".jsa");
  static final Path NODE_JAR = RUNTIME.resolve("lib/sojourn-node.jar");
  private static final Path CRIU = ROOT.normalize().resolve("integration-tests/target/criu");

  private Places() {}

  /** Provided once, for all nodes of all runs. */
  public static synchronized Path criu() throws IOException, InterruptedException {
    Process provision =
        new ProcessBuilder(ROOT.resolve("scripts/provision-criu.sh").toString(), CRIU.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(provision.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (provision.waitFor() != 0) throw new IOException(said);
    return CRIU;
  }

  /** The command line as users call it. */
  public static Path launcher() {
    return ROOT.normalize().resolve("ckpt");
  }

  /** A native library of the victims', by its short name. */
  public static Path victimLibrary(String name) {
    return ROOT.normalize().resolve("integration-tests/target/victims/lib" + name + ".so");
  }

  /** A native program of the victims', by its name. */
  public static Path victimProgram(String name) {
    return ROOT.normalize().resolve("integration-tests/target/victims").resolve(name);
  }

  /** Where the victims' classes lie. */
  public static Path victims() {
    try {
      return Path.of(Places.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (java.net.URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Removes a directory with all in it. */
  static void remove(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
