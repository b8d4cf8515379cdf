package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.util.HashMap;
import java.util.Map;

/** Error numbers that the code tells apart. See errno(3). */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EEXIST = 17;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int EPIPE = 32;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETUNREACH = 101;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTUNREACH = 113;
  public static final int EINPROGRESS = 115;

  private static final int HIGHEST = 133;

  private Errno() {}

  /**
   * The number of an error of which only the words are known: libraries give strerror(3)'s, in the
   * process's own language. 0 where they end in none.
   */
  public static int ofMessage(String message) {
    String words = message.substring(message.lastIndexOf(": ") < 0 ? 0 : colon(message));
    return Words.NUMBERS.getOrDefault(words, 0);
  }

  private static int colon(String message) {
    return message.lastIndexOf(": ") + 2;
  }

  /** As strerror(3) says it. */
  public static String words(int error) {
    return Libc.strerror(error);
  }

  /** The number of a failed call. */
  public static int of(LastErrorException failed) {
    return failed.getErrorCode();
  }

  private static final class Words {
    private static final Map<String, Integer> NUMBERS = new HashMap<>();

    static {
      for (int error = 1; error <= HIGHEST; error++) NUMBERS.put(Libc.strerror(error), error);
    }
  }
}
