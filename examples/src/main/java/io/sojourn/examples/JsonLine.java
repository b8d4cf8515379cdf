package io.sojourn.examples;

import java.util.Locale;
import java.util.StringJoiner;

/** One line of JSON, an object without nested ones, its members in the order of the calls. */
public final class JsonLine {
  private final StringJoiner members = new StringJoiner(",", "{", "}");

  /** Adds a whole number. */
  public JsonLine with(String name, long value) {
    return member(name, Long.toString(value));
  }

  /** Adds milliseconds, to the microsecond, from nanoseconds. */
  public JsonLine withMillis(String name, long nanos) {
    return member(name, String.format(Locale.ROOT, "%.3f", nanos / 1e6));
  }

  /** Adds a text. */
  public JsonLine with(String name, String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return member(name, quoted.append('"').toString());
  }

  private JsonLine member(String name, String json) {
    members.add('"' + name + "\":" + json);
    return this;
  }

  @Override
  public String toString() {
    return members.toString();
  }
}
