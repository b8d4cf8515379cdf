package io.sojourn.node.trigger;

import io.sojourn.engine.operation.OperationException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * When a node checkpoints its tasks without being asked, and how many at a time.
 *
 * @param atOnce how many of the checkpoints that nobody has asked for are made at a time
 * @param atEnd all tasks, before the daemon ends
 * @param interruption a file or a URL that tells of the machine's end; "" for none
 * @param pollMillis how often that is looked at
 * @param memoryPressure share of the time, in percent, in which some process waits for memory: from
 *     then on; 0: never
 */
public record Triggers(
    int atOnce, boolean atEnd, String interruption, long pollMillis, int memoryPressure) {
  public static final Triggers NONE = new Triggers(1, false, "", 5_000, 0);

  public Triggers {
    if (atOnce < 1)
      throw OperationException.usage(
          "at least one checkpoint is made at a time", "say --checkpoints-at-once=1, or more");
    if (memoryPressure < 0 || memoryPressure > 90)
      throw OperationException.usage(
          "--memory-pressure is a share of the time, from 1 to 90 percent", "say 10, for instance");
    if (pollMillis < 100)
      throw OperationException.usage(
          "--interruption-poll is at least 100ms", "say 5s, for instance");
    if (!interruption.isEmpty() && !isUrl(interruption) && !Path.of(interruption).isAbsolute())
      throw OperationException.usage(
          "--interruption " + interruption + " is neither an absolute path nor a URL",
          "name a file from the root on, or http://...");
  }

  static boolean isUrl(String text) {
    return text.startsWith("http://") || text.startsWith("https://");
  }

  /** What stands for it on the daemon's command line. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    if (atOnce != NONE.atOnce) words.add("--checkpoints-at-once=" + atOnce);
    if (atEnd) words.add("--checkpoint-at-end");
    if (!interruption.isEmpty()) words.add("--interruption=" + interruption);
    if (pollMillis != NONE.pollMillis) words.add("--interruption-poll=" + pollMillis + "ms");
    if (memoryPressure != 0) words.add("--memory-pressure=" + memoryPressure);
    return words;
  }

  URI url() {
    try {
      return URI.create(interruption);
    } catch (IllegalArgumentException malformed) {
      throw OperationException.usage(
          "--interruption " + interruption + " is no URL: " + malformed.getMessage(),
          "write it as in http://169.254.169.254/latest/meta-data/spot/instance-action");
    }
  }
}
