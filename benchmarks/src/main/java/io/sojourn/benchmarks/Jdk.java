package io.sojourn.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A JDK on this machine.
 *
 * @param version as in its release file: 17.0.15
 * @param vendor who built it
 */
record Jdk(Path home, String version, String vendor) {
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");
  private static final int OLDEST = 17;

  Path java() {
    return home.resolve("bin/java");
  }

  int feature() {
    return Integer.parseInt(version.split("[^0-9]", 2)[0]);
  }

  /** As it is called in tables. */
  String title() {
    return "JDK " + feature();
  }

  static Jdk at(Path home) {
    Properties release = new Properties();
    try (Reader reader = Files.newBufferedReader(home.resolve("release"))) {
      release.load(reader);
    } catch (IOException e) {
      throw new IllegalArgumentException(home + " is no JDK: it has no file 'release'", e);
    }
    return new Jdk(home, text(release, "JAVA_VERSION"), text(release, "IMPLEMENTOR"));
  }

  /** The oldest that Sojourn runs on and the newest there is; one, where they are the same. */
  static List<Jdk> oldestAndNewest() throws IOException {
    List<Jdk> all = new ArrayList<>();
    try (DirectoryStream<Path> homes = Files.newDirectoryStream(INSTALLED)) {
      for (Path home : homes)
        if (!Files.isSymbolicLink(home) && Files.exists(home.resolve("release"))) all.add(at(home));
    }
    all.removeIf(jdk -> jdk.feature() < OLDEST || !Files.isExecutable(jdk.java()));
    all.sort((a, b) -> Integer.compare(a.feature(), b.feature()));
    if (all.isEmpty()) throw new IllegalArgumentException("no JDK in " + INSTALLED + "; use --jdk");
    Jdk oldest = all.get(0);
    Jdk newest = all.get(all.size() - 1);
    return oldest.equals(newest) ? List.of(oldest) : List.of(oldest, newest);
  }

  private static String text(Properties release, String key) {
    return release.getProperty(key, "unknown").replace("\"", "");
  }
}
