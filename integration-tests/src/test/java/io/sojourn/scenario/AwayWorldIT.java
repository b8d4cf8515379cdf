package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Places;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Console;
import io.sojourn.victim.FileTable;
import io.sojourn.victim.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The world of a task that is away is its home's, as far as it can see. */
@Timeout(180)
class AwayWorldIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  /** The one thing that is there and not at home. */
  private static final String TO_HOLD_CONNECTS = "interface sojourn0 1500 true\n";

  /** What the kernel's FUSE refuses without asking anybody. */
  private static final List<String> REFUSED_BY_FUSE =
      List.of("collapse: ok", "size 195904", "collapse: EOPNOTSUPP", "size 200000");

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whoAndWhereItIsRemains(Jdk jdk) {
    Subject subject = nodes.subject(jdk, Surroundings.class).start();
    String before = all(subject);
    nodes.twice(subject, () -> assertThat(all(subject)).isEqualTo(before));
  }

  private static String all(Subject subject) {
    return subject.ask("all").replace(TO_HOLD_CONNECTS, "");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whatJavaDoesWithFilesComesToTheSame(Jdk jdk) {
    Subject subject = nodes.subject(jdk, FileTable.class).start();
    AtomicInteger round = new AtomicInteger();
    Function<Subject, String> table =
        asked -> asked.ask(asked.home().resolve("files" + round.getAndIncrement()).toString());
    String atHome = table.apply(subject);
    assertThat(atHome.lines()).hasSizeGreaterThan(60);
    nodes.twice(subject, () -> assertThat(table.apply(subject)).isEqualTo(atHome));
  }

  @Test
  void everyFileCallComesToTheSame() throws IOException {
    Subject subject = nodes.subject(Jdk.newest(), Console.class).start();
    List<String> atHome = conform(subject, "home");
    assertThat(atHome).hasSizeGreaterThan(200);
    nodes.out(subject);
    assertThat(conform(subject, "away")).isEqualTo(atHome);
    nodes.back(subject);
    assertThat(conform(subject, "again")).isEqualTo(atHome);
  }

  private static List<String> conform(Subject subject, String name) throws IOException {
    Path place = Files.createDirectory(subject.home().resolve(name));
    List<String> said =
        new ArrayList<>(
            subject.ask(Places.victimProgram("conform") + " " + place + " 200").lines().toList());
    said.removeAll(REFUSED_BY_FUSE);
    return said;
  }
}
