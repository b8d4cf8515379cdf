package io.sojourn.examples;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options of a command line: {@code --name VALUE} and {@code --flag}.
 *
 * <p>Which options there are is read from the usage text itself, from its lines that begin with
 * {@code --name}, so that the text and the program can not differ. An option whose name is followed
 * by an upper-case word takes a value.
 */
public final class Options {
  private static final Pattern DECLARED = Pattern.compile("(?m)^ +(--[a-z-]+)( [A-Z]+)?(?= |$)");

  private final Map<String, String> given;

  private Options(Map<String, String> given) {
    this.given = given;
  }

  /** Reads a command line; every word that the usage text does not declare is an error. */
  public static Options parse(String usage, String... words) throws UsageException {
    Map<String, Boolean> takesValue = new HashMap<>();
    Matcher declared = DECLARED.matcher(usage);
    while (declared.find()) {
      takesValue.put(declared.group(1), declared.group(2) != null);
    }
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < words.length; i++) {
      String name = words[i];
      Boolean valued = takesValue.get(name);
      if (valued == null) {
        throw new UsageException("unknown option: " + name);
      }
      if (valued && i + 1 == words.length) {
        throw new UsageException(name + ": the value is missing");
      }
      if (given.put(name, valued ? words[++i] : "") != null) {
        throw new UsageException(name + ": given twice");
      }
    }
    return new Options(given);
  }

  /** Whether the option was given. */
  public boolean has(String name) {
    return given.containsKey(name);
  }

  /** The option's value, if it was given. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(given.get(name));
  }

  /** The option's value as a path, if it was given. */
  public Optional<Path> path(String name) throws UsageException {
    try {
      return text(name).map(Path::of);
    } catch (InvalidPathException e) {
      throw new UsageException(name + ": not a path: " + e.getInput());
    }
  }

  /** The value of an option that must be given. */
  public String required(String name) throws UsageException {
    return text(name).orElseThrow(() -> new UsageException(name + " must be given"));
  }

  /** The option's value as a whole number of at least {@code least}, or {@code otherwise}. */
  public long number(String name, long otherwise, long least) throws UsageException {
    String text = given.get(name);
    if (text == null) {
      return otherwise;
    }
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new UsageException(name + ": not a whole number: " + text);
    }
    if (number < least) {
      throw new UsageException(name + ": must be at least " + least + ": " + text);
    }
    return number;
  }

  /** The option's value as a count that fits an array: 1 to a thousand million. */
  public int count(String name, int otherwise) throws UsageException {
    long number = number(name, otherwise, 1);
    if (number > 1_000_000_000) {
      throw new UsageException(name + ": too large: " + number);
    }
    return (int) number;
  }
}
