package io.sojourn.restore.fuse;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** Where each file comes from: the longest rule decides, and home where there is none. */
public final class PathRules {
  private final List<PathRule> longestFirst;

  /**
   * @throws IllegalArgumentException where two rules are for one path
   */
  public PathRules(List<PathRule> rules) {
    if (rules.stream().map(PathRule::path).distinct().count() != rules.size())
      throw new IllegalArgumentException("two path rules are for one path: " + rules);
    longestFirst =
        rules.stream()
            .sorted(
                Comparator.comparingInt((PathRule rule) -> rule.path().getNameCount()).reversed())
            .toList();
  }

  public PathRule.Place of(Path path) {
    Path normal = path.normalize();
    return longestFirst.stream()
        .filter(rule -> normal.startsWith(rule.path()))
        .map(PathRule::place)
        .findFirst()
        .orElse(PathRule.Place.HOME);
  }

  /**
   * What is to be mounted over home's files, outer paths before inner ones; HOME among them is home
   * again, below a path that is not.
   */
  public List<PathRule> mounts() {
    return longestFirst.stream()
        .filter(rule -> rule.place() != above(rule.path()))
        .sorted(Comparator.comparingInt(rule -> rule.path().getNameCount()))
        .toList();
  }

  private PathRule.Place above(Path path) {
    Path parent = path.getParent();
    return parent == null ? PathRule.Place.HOME : of(parent);
  }
}
