package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PathRulesTest {
  private static PathRules rules(String... texts) {
    return new PathRules(Stream.of(texts).map(PathRule::parse).toList());
  }

  @Test
  void theLongestRuleDecides() {
    PathRules rules = rules("local:/tmp", "shared:/data", "home:/data/own");
    assertThat(rules.of(Path.of("/etc/passwd"))).isEqualTo(PathRule.Place.HOME);
    assertThat(rules.of(Path.of("/tmp"))).isEqualTo(PathRule.Place.LOCAL);
    assertThat(rules.of(Path.of("/tmp/x/../y"))).isEqualTo(PathRule.Place.LOCAL);
    assertThat(rules.of(Path.of("/tmpfile"))).isEqualTo(PathRule.Place.HOME);
    assertThat(rules.of(Path.of("/data/own/a"))).isEqualTo(PathRule.Place.HOME);
    assertThat(rules.of(Path.of("/data/owner"))).isEqualTo(PathRule.Place.SHARED);
    assertThat(rules.of(Path.of("/tmp/../etc"))).isEqualTo(PathRule.Place.HOME);
  }

  @Test
  void outerMountsComeFirstAndNeedlessOnesNotAtAll() {
    PathRules rules = rules("home:/data/own", "shared:/data", "home:/var", "shared:/data/more");
    assertThat(rules.mounts())
        .isEqualTo(List.of(PathRule.parse("shared:/data"), PathRule.parse("home:/data/own")));
  }

  @Test
  void whatCannotBeMeantIsSaid() {
    assertThatThrownBy(() -> PathRule.parse("/tmp")).hasMessageContaining("local:/tmp");
    assertThatThrownBy(() -> PathRule.parse("local:tmp")).hasMessageContaining("absolute");
    assertThatThrownBy(() -> PathRule.parse("local:/tmp/../etc")).hasMessageContaining("..");
    assertThatThrownBy(() -> rules("local:/tmp", "shared:/tmp")).hasMessageContaining("one path");
  }
}
