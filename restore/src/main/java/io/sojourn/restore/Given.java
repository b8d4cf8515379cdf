package io.sojourn.restore;

import java.nio.file.Path;
import java.util.List;

/**
 * An open file for CRIU to use where the image has another. The shim opens it, CRIU passes it on.
 *
 * @param key CRIU's name for what is in the image: "pipe:[123]"
 * @param number under which CRIU finds it
 * @param shimWords what the shim is to be told
 */
public record Given(String key, int number, List<String> shimWords) {
  /** Above what CRIU needs for itself at its start. */
  public static final int FIRST_NUMBER = 200;

  /** O_RDWR. */
  public static final int BOTH_WAYS = 2;

  /**
   * One that CRIU opens once more, as the image says, or that is open both ways in any case.
   *
   * @param source a path that opens it, or a word of the shim's
   */
  public static Given bothWays(int number, String source, String key) {
    return new Given(key, number, List.of("--open", number + ":" + source));
  }

  /**
   * One that CRIU passes on as it is.
   *
   * @param flags how it is opened, as of open(2)
   */
  public static Given oneWay(int number, Path source, String key, int flags) {
    return new Given(key, number, List.of("--open", oneWay(number, flags, source)));
  }

  /** Likewise, by its name, in the mount namespace that the task is restored in. */
  public static Given byName(int number, Path name, String key, int flags) {
    return new Given(key, number, List.of("--open-there", oneWay(number, flags, name)));
  }

  private static String oneWay(int number, int flags, Path source) {
    return number + "," + flags + ":" + source;
  }

  /** What CRIU is to be told. */
  public List<String> criuWords() {
    return List.of("--inherit-fd", "fd[" + number + "]:" + key);
  }
}
