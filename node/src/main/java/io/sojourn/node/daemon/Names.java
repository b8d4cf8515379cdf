package io.sojourn.node.daemon;

import io.sojourn.node.schedule.AgentOptions;
import java.util.Locale;

/** Names of tasks. They become names of files: what a control block says is checked here. */
final class Names {
  private static final String VALID = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}";

  private Names() {}

  static boolean isId(String id) {
    return id.matches("[A-Za-z0-9]{4,32}");
  }

  /** The group that an agent's options say; "" for none. */
  static String group(String options) {
    String group = AgentOptions.value(options, "group", "");
    return group.matches(VALID) ? group : "";
  }

  /** The given name, or else the main class's simple name in lower case. */
  static String of(String given, String mainClass) {
    if (given.matches(VALID)) return given;
    String last = mainClass.endsWith(".jar") ? mainClass.replaceFirst("\\.jar$", "") : mainClass;
    last = last.substring(Math.max(last.lastIndexOf('.'), last.lastIndexOf('/')) + 1);
    String simple = last.substring(last.lastIndexOf('$') + 1).toLowerCase(Locale.ROOT);
    return simple.matches(VALID) ? simple : "task";
  }
}
