package io.sojourn.node.schedule;

import java.util.ArrayList;
import java.util.List;

/** What a program's user has said to its agent: {@code name=web,every=5m}. */
public final class AgentOptions {
  private AgentOptions() {}

  /** Of an option that may be said more than once, all. */
  public static List<String> values(String options, String name) {
    List<String> values = new ArrayList<>();
    for (String option : options.split(","))
      if (option.startsWith(name + "=")) values.add(option.substring(name.length() + 1));
    return values;
  }

  /** Of an option, the last that was said; another value where it was not. */
  public static String value(String options, String name, String otherwise) {
    String value = otherwise;
    for (String option : options.split(","))
      if (option.startsWith(name + "=")) value = option.substring(name.length() + 1);
    return value;
  }
}
