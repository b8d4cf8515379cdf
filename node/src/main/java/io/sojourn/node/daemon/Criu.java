package io.sojourn.node.daemon;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An installed CRIU.
 *
 * @param version as it prints it
 */
public record Criu(Path program, String version) {
  /** Older ones cannot dump TCP on new kernels. */
  public static final String NEEDED = "4.2";

  private static final Pattern VERSION = Pattern.compile("(?m)^Version: *(\\S+)");

  /**
   * The one that is new enough, our own below the state directory before the system's; else one
   * that is not; empty where none starts.
   */
  public static Optional<Criu> find(Path stateDirectory) {
    List<Criu> found = new ArrayList<>();
    for (Path program : candidates(stateDirectory)) {
      Optional<Criu> criu = version(program).map(version -> new Criu(program, version));
      if (criu.filter(Criu::newEnough).isPresent()) return criu;
      criu.ifPresent(found::add);
    }
    return found.stream().findFirst();
  }

  private static List<Path> candidates(Path stateDirectory) {
    List<Path> candidates = new ArrayList<>();
    candidates.add(stateDirectory.resolve("criu/criu"));
    String path = System.getenv("PATH");
    for (String directory : ((path == null ? "" : path) + ":/usr/sbin:/usr/local/sbin").split(":"))
      if (!directory.isEmpty()) candidates.add(Path.of(directory, "criu"));
    return candidates.stream().filter(Files::isExecutable).distinct().toList();
  }

  private static Optional<String> version(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version")
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher version = VERSION.matcher(said);
      return version.find() ? Optional.of(version.group(1)) : Optional.empty();
    } catch (IOException doesNotStart) {
      return Optional.empty();
    }
  }

  public boolean newEnough() {
    return atLeast(version, NEEDED);
  }

  /** Compares number by number: 4.10 is newer than 4.2. */
  static boolean atLeast(String version, String needed) {
    String[] have = version.split("[^0-9]+"), want = needed.split("[^0-9]+");
    for (int i = 0; i < want.length; i++) {
      int part = i < have.length && !have[i].isEmpty() ? Integer.parseInt(have[i]) : 0;
      if (part != Integer.parseInt(want[i])) return part > Integer.parseInt(want[i]);
    }
    return true;
  }
}
