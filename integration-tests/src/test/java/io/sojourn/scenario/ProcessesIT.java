package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Children;
import io.sojourn.victim.Ending;
import io.sojourn.victim.OpenFiles;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a task is to its children, its parent and its user. */
class ProcessesIT {
  @RegisterExtension static final Node node = Node.shared();

  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void childrenComeAlong(Jdk jdk) {
    Subject subject = node.subject(jdk, Children.class).start();
    subject.twoGenerations(() -> subject.ask("check"));
    assertThat(subject.ask("end")).as("their exit statuses").isEqualTo("7 0");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void hooksRunAndTheExitStatusIsKnown(Jdk jdk) {
    Subject subject = node.subject(jdk, Ending.class).start();
    subject.anotherLife();
    subject.anotherLife();
    assertThat(subject.home().resolve("hook")).doesNotExist();
    subject.ask("exit 7");
    assertThat(subject.ends()).isEqualTo("exited 7");
    assertThat(subject.read("hook")).isEqualTo("ran");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void hooksRunAtSigterm(Jdk jdk) {
    Subject subject = node.subject(jdk, Ending.class).start();
    subject.anotherLife();
    ProcessHandle.of(subject.pid()).orElseThrow().destroy();
    assertThat(subject.ends()).isEqualTo("exited 143");
    assertThat(subject.read("hook")).isEqualTo("ran");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aUserCaresForOwnTasksOnly(Jdk jdk) {
    Subject roots = node.subject(jdk, Ending.class).start();
    Subject theirs = node.subject(jdk, OpenFiles.class).by(NOBODY.toArray(String[]::new)).start();
    for (int generation = 0; generation < 2; generation++) {
      Answer tasks = node.ckptAs(NOBODY, "ps").done();
      // The one before, on another JDK, has ended and left its images: it is listed, too.
      assertThat(tasks.json().at("/tasks").findValuesAsText("name"))
          .contains(theirs.name())
          .allMatch(name -> name.startsWith("openfiles"));
      node.ckptAs(NOBODY, "freeze", roots.name()).notFound(roots.name());
      assertThat(theirs.ask("check")).isEqualTo(String.valueOf(generation));
      theirs.anotherLifeAs(NOBODY);
    }
    assertThat(theirs.ask("check")).isEqualTo("2");
    assertThat(roots.ask("still")).isEqualTo("here");
  }
}
