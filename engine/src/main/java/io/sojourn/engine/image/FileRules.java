package io.sojourn.engine.image;

import io.sojourn.protocol.image.RememberedFile.Policy;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/**
 * What users say of files that change between an image and a restore: "keep" of all,
 * "/var/log:keep" of some. The last that fits counts.
 */
public final class FileRules {
  /** Nothing was said. */
  public static final FileRules NONE = new FileRules(List.of());

  private record Rule(Optional<PathMatcher> paths, Policy policy) {
    /** A directory's rule is that of everything below it. */
    boolean fits(Path path) {
      if (paths.isEmpty()) return true;
      for (Path each = path; each != null; each = each.getParent())
        if (paths.get().matches(each)) return true;
      return false;
    }
  }

  private final List<String> texts;
  private final List<Rule> rules;

  private FileRules(List<String> texts) {
    this.texts = List.copyOf(texts);
    this.rules = texts.stream().map(FileRules::rule).toList();
  }

  /**
   * @param texts POLICY or PATTERN:POLICY each; a pattern is absolute, and a glob of {@link
   *     java.nio.file.FileSystem#getPathMatcher}
   * @throws IllegalArgumentException one of them is neither; its message says so
   */
  public static FileRules parse(List<String> texts) {
    return new FileRules(texts);
  }

  /** Those of this, and others that count more. */
  public FileRules and(FileRules more) {
    List<String> all = new ArrayList<>(texts);
    all.addAll(more.texts);
    return new FileRules(all);
  }

  /** As users have said them. */
  public List<String> texts() {
    return texts;
  }

  /** What is said of a file, if anything. */
  public Optional<Policy> of(String path) {
    for (int i = rules.size() - 1; i >= 0; i--)
      if (rules.get(i).fits(Path.of(path))) return Optional.of(rules.get(i).policy());
    return Optional.empty();
  }

  private static Rule rule(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) return new Rule(Optional.empty(), policy(text, text));
    String pattern = text.substring(0, colon);
    if (!pattern.startsWith("/")) throw wrong(text);
    try {
      return new Rule(
          Optional.of(FileSystems.getDefault().getPathMatcher("glob:" + pattern)),
          policy(text.substring(colon + 1), text));
    } catch (PatternSyntaxException noGlob) {
      throw wrong(text);
    }
  }

  private static Policy policy(String word, String text) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "rollback" -> Policy.ROLLBACK;
      case "keep" -> Policy.KEEP;
      case "fail" -> Policy.FAIL;
      default -> throw wrong(text);
    };
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not rollback, keep, fail, or /PATH/PATTERN: and one of these");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileRules that && texts.equals(that.texts);
  }

  @Override
  public int hashCode() {
    return texts.hashCode();
  }

  @Override
  public String toString() {
    return texts.toString();
  }
}
