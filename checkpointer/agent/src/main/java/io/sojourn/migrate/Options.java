package io.sojourn.migrate;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands behind {@code -javaagent:migrate.jar=}.
 *
 * @param name the task's name; "" for the main class's
 * @param crac whether programs that use {@code org.crac} find us behind it
 * @param guard what is guarded
 * @param runDirectory where the node daemon is found
 * @param text the options as they were given
 * @param problems what could not be understood, a sentence each
 */
record Options(
    String name,
    boolean crac,
    GuardOption guard,
    String runDirectory,
    String text,
    List<String> problems) {

  /** Without regular expressions, which many a program never loads. */
  private static boolean isName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && "._-".indexOf(c) < 0) return false;
    }
    return !text.isEmpty() && text.length() <= 100;
  }

  /** The node daemon reads it, from the options' text; here a mistake is found and told. */
  private static boolean isInterval(String text) {
    if (text.equals("auto")) return true;
    int unit = 0;
    while (unit < text.length() && isDigit(text.charAt(unit))) unit++;
    String name = text.substring(unit);
    return unit > 0
        && unit < 7
        && (name.equals("s") || name.equals("m") || name.equals("min") || name.equals("h"))
        && Integer.parseInt(text.substring(0, unit)) > 0;
  }

  private static boolean isTime(String text) {
    boolean millis = text.endsWith("ms");
    return !text.equals("auto")
        && isInterval(millis ? text.substring(0, text.length() - 2).concat("s") : text);
  }

  private static void expect(
      String key, String value, String one, String other, List<String> problems) {
    if (!value.equals(one) && !value.equals(other))
      problems.add(key + "='" + value + "' was not taken: use " + one + " or " + other);
  }

  /** A word and a time: fail:5m. */
  private static boolean isAfter(String word, String text) {
    return text.startsWith(word)
        && isInterval(text.substring(word.length()))
        && !text.endsWith("auto");
  }

  private static boolean isCount(String text) {
    for (int i = 0; i < text.length(); i++) if (!isDigit(text.charAt(i))) return false;
    return !text.isEmpty() && text.length() < 7;
  }

  private static boolean isFileRule(String text) {
    int colon = text.lastIndexOf(':');
    String policy = text.substring(colon + 1);
    return (colon < 0 || text.startsWith("/"))
        && (policy.equals("rollback") || policy.equals("keep") || policy.equals("fail"));
  }

  private static boolean isSize(String text) {
    int unit = text.length() - 1;
    return isCount(text)
        || (unit > 0 && "KMGT".indexOf(text.charAt(unit)) >= 0 && isCount(text.substring(0, unit)));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static Options parse(String text) {
    String name = "";
    boolean crac = true;
    GuardOption guard = GuardOption.ON;
    List<String> problems = new ArrayList<>();
    for (String option : text == null || text.isBlank() ? new String[0] : text.split(",")) {
      int at = option.indexOf('=');
      String key = at < 0 ? option : option.substring(0, at),
          value = at < 0 ? "" : option.substring(at + 1);
      switch (key.trim()) {
        case "name" -> {
          name = value;
          if (!isName(value)) {
            problems.add(
                "name='"
                    + value
                    + "' was not taken: use 1 to 100 letters, digits, '.', '_' or '-'");
            name = "";
          }
        }
        case "group" -> {
          if (!isName(value))
            problems.add(
                "group='"
                    + value
                    + "' was not taken: use 1 to 100 letters, digits, '.', '_' or '-'");
        }
        case "crac" -> {
          crac = !value.equals("off");
          if (!value.equals("on") && !value.equals("off"))
            problems.add("crac='" + value + "' was taken as on: use on or off");
        }
        case "guard" -> guard = GuardOption.parse(value, problems);
        case "every" -> {
          if (!isInterval(value))
            problems.add(
                "every='" + value + "' was not taken: use a time as in 30s, 5m or 1h, or auto");
        }
        case "keep", "keepDaily" -> {
          if (!isCount(value))
            problems.add(key + "='" + value + "' was not taken: use a number of images");
        }
        case "homeLost" -> {
          if (!value.equals("wait") && !isAfter("fail:", value))
            problems.add("homeLost='" + value + "' was not taken: use wait, or fail:5m");
        }
        case "files" -> {
          if (!isFileRule(value))
            problems.add(
                "files='"
                    + value
                    + "' was not taken: use rollback, keep or fail, or /PATH/PATTERN: and one of these");
        }
        case "volumes" -> {
          for (String volume : value.split(":"))
            if (!volume.startsWith("/"))
              problems.add(
                  "volumes='" + value + "' was not taken: use directories from the root on");
        }
        case "filesLimit" -> {
          if (!isSize(value))
            problems.add("filesLimit='" + value + "' was not taken: use a size as in 64M or 1G");
        }
        case "onFailure" -> expect(key, value, "restart", "keep", problems);
        case "restartOn" -> expect(key, value, "home", "any", problems);
        case "restartDelay", "restartMaxDelay", "startLimitInterval" -> {
          if (!isTime(value))
            problems.add(
                key + "='" + value + "' was not taken: use a time as in 100ms, 30s or 10m");
        }
        case "startLimitBurst" -> {
          if (!isCount(value) || Integer.parseInt(value) == 0)
            problems.add(key + "='" + value + "' was not taken: use a number of restarts");
        }
        case "guestLost" -> {
          if (!value.equals("keep") && !isAfter("reset:", value))
            problems.add("guestLost='" + value + "' was not taken: use keep, or reset:10m");
        }
        default ->
            problems.add(
                "option '"
                    + key
                    + "' is not known and was passed over (known: name, group, crac, guard, every, keep, keepDaily,"
                    + " homeLost, guestLost, files, volumes, filesLimit, onFailure, restartOn, restartDelay,"
                    + " restartMaxDelay, startLimitBurst, startLimitInterval)");
      }
    }
    String directory = System.getenv("SOJOURN_RUN_DIR");
    return new Options(
        name,
        crac,
        guard,
        directory == null || directory.isBlank() ? "/run/sojourn" : directory,
        text == null ? "" : text,
        problems);
  }
}
