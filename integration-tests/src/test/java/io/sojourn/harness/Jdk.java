package io.sojourn.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** A JDK of this machine. */
public record Jdk(int feature, Path home) {
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");
  private static final String NAMED = System.getProperty("sojourn.jdks", "");
  private static final List<Jdk> MATRIX = NAMED.isEmpty() ? find() : named();
  private static final boolean SOAK = Boolean.getBoolean("sojourn.soak");

  /** JDK 17, and the newest that is installed; or those that {@code -Dsojourn.jdks} names. */
  public static List<Jdk> matrix() {
    return MATRIX;
  }

  /** The newest. */
  public static Jdk newest() {
    return MATRIX.get(MATRIX.size() - 1);
  }

  /** For what takes long: the matrix in a soak, else the newest. */
  public static List<Jdk> mostlyNewest() {
    return SOAK ? MATRIX : List.of(newest());
  }

  /** The same with the oldest, so that both are tried at all times. */
  public static List<Jdk> mostlyOldest() {
    return SOAK ? MATRIX : List.of(MATRIX.get(0));
  }

  private static List<Jdk> find() {
    List<Jdk> all = new ArrayList<>();
    add(all, Path.of(System.getProperty("java.home")));
    if (Files.isDirectory(INSTALLED))
      try (Stream<Path> homes = Files.list(INSTALLED)) {
        homes.filter(home -> !Files.isSymbolicLink(home)).sorted().forEach(home -> add(all, home));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    all.sort(Comparator.comparingInt(Jdk::feature));
    Jdk oldest = all.get(0), newest = all.get(all.size() - 1);
    return oldest.feature == newest.feature ? List.of(oldest) : List.of(oldest, newest);
  }

  private static List<Jdk> named() {
    List<Jdk> all = new ArrayList<>();
    for (String home : NAMED.split(",")) {
      int found = all.size();
      add(all, Path.of(home));
      if (all.size() == found)
        throw new IllegalStateException("no JDK 17 or newer in " + home + " (sojourn.jdks)");
    }
    all.sort(Comparator.comparingInt(Jdk::feature));
    return all;
  }

  private static void add(List<Jdk> all, Path home) {
    Path release = home.resolve("release");
    if (!Files.isReadable(release) || !Files.isExecutable(home.resolve("bin/java"))) return;
    try (InputStream text = Files.newInputStream(release)) {
      Properties properties = new Properties();
      properties.load(text);
      String version = properties.getProperty("JAVA_VERSION").replace("\"", "");
      int feature = Runtime.Version.parse(version).feature();
      if (feature >= 17) all.add(new Jdk(feature, home));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String java() {
    return tool("java");
  }

  public String tool(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  /** Whether a VM with these options starts. */
  public boolean accepts(String... options) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(List.of(options));
    command.add("-version");
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "JDK " + feature;
  }
}
