package io.sojourn.node.command;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a client says of its process, frame by frame. */
final class Request {
  /** The client keeps within half of it. */
  private static final int MOST_BYTES = 128 * 1024;

  private static final int MOST_WORDS = 1000;
  private static final int MOST_COLUMNS = 1000;

  private final List<String> words = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private Path directory = Path.of("/");
  private Charset charset = StandardCharsets.US_ASCII;
  private int bytes;
  private volatile int columns;
  private boolean watched;

  /**
   * Takes what a frame says.
   *
   * @throws IllegalArgumentException no client of ours sends this
   */
  void add(byte type, String text) {
    bytes += FrameType.HEAD + text.length();
    if (bytes > MOST_BYTES || words.size() > MOST_WORDS)
      throw new IllegalArgumentException("too long a request");
    switch (type) {
      case FrameType.ARGUMENT -> words.add(text);
      case FrameType.DIRECTORY -> directory = absolute(text);
      case FrameType.VARIABLE -> {
        int at = text.indexOf('=');
        if (at <= 0) throw new IllegalArgumentException("no variable");
        environment.put(text.substring(0, at), text.substring(at + 1));
      }
      case FrameType.CHARSET ->
          charset = text.equals("UTF-8") ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII;
      case FrameType.WINDOW -> window(text);
      default -> throw new IllegalArgumentException("no such frame");
    }
  }

  /** Sent by a client whose output is watched; again when the terminal has another width. */
  void window(String text) {
    // A line of that length is made in memory.
    columns = Math.max(0, Math.min(Integer.parseInt(text), MOST_COLUMNS));
    watched = true;
  }

  private static Path absolute(String text) {
    if (!text.startsWith("/")) throw new IllegalArgumentException("no working directory");
    return Path.of(text);
  }

  String[] words() {
    return words.toArray(String[]::new);
  }

  Map<String, String> environment() {
    return environment;
  }

  Path directory() {
    return directory;
  }

  Charset charset() {
    return charset;
  }

  boolean watched() {
    return watched;
  }

  /** 0 where the terminal does not say. */
  int columns() {
    return columns;
  }
}
