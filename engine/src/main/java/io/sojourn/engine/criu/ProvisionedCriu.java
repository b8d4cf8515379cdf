package io.sojourn.engine.criu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A CRIU that scripts/provision-criu.sh has unpacked, together with its C library. The program that
 * lies there is a shell script, which asks three programs where it is before it starts CRIU. In a
 * guest's world those are home's, each page of them comes over the network, and the task stands
 * still meanwhile: so what the script would start is started without it.
 */
public final class ProvisionedCriu {
  private static final String PROGRAM = "criu";

  /** As provision-criu.sh writes it. Another one may do other things, and is run. */
  static final String SCRIPT =
      """
      #!/bin/sh -p
      here=$(dirname "$(readlink -f "$0")")
      root=$here/root
      lib=$root/usr/lib/x86_64-linux-gnu
      exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$root/usr/sbin/criu" "$@"
      """;

  private static final Path LIBRARIES = Path.of("root/usr/lib/x86_64-linux-gnu");
  private static final Path LOADER = LIBRARIES.resolve("ld-linux-x86-64.so.2");
  private static final Path CRIU = Path.of("root/usr/sbin/criu");

  private ProvisionedCriu() {}

  /**
   * The words up to CRIU's own; the program itself where it is no provisioned one.
   *
   * @param program may be a link
   */
  public static List<String> words(Path program) {
    try {
      Path directory = program.toRealPath().getParent();
      if (directory != null && isProvisioned(directory)) return words(directory, directory);
    } catch (IOException gone) {
      // Whoever starts it says so.
    }
    return List.of(program.toString());
  }

  /**
   * The words up to CRIU's own.
   *
   * @param directory that of the program, as we see it
   * @param seen the same, as those see it who run it
   */
  public static List<String> words(Path directory, Path seen) {
    if (!isProvisioned(directory)) return List.of(seen.resolve(PROGRAM).toString());
    return List.of(
        seen.resolve(LOADER).toString(),
        "--library-path",
        seen.resolve(LIBRARIES).toString(),
        seen.resolve(CRIU).toString());
  }

  private static boolean isProvisioned(Path directory) {
    try {
      Path script = directory.resolve(PROGRAM);
      return Files.size(script) == SCRIPT.length() && Files.readString(script).equals(SCRIPT);
    } catch (IOException none) {
      return false;
    }
  }
}
