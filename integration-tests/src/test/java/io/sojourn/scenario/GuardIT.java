package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import io.sojourn.harness.Subject;
import io.sojourn.harness.Wire;
import io.sojourn.victim.Calls;
import io.sojourn.victim.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No checkpoint inside of an operation on what lies outside of the image. */
class GuardIT {
  @RegisterExtension static final Node node = Node.shared();

  private static final int ROUNDS = Boolean.getBoolean("sojourn.soak") ? 200 : 50;
  private static final int FEW_ROUNDS = Boolean.getBoolean("sojourn.soak") ? 200 : 10;
  private static final String FUNCTIONS =
      "guard=native:libledger.so:ledger_alloc+ledger_free+ledger_hold";

  /** Starts eight threads on the books. */
  private static Subject ledger(Jdk jdk, String work, String option) {
    return node.subject(jdk, Ledger.class)
        .with("-Xms8m", "-Xmx32m", "-XX:-UsePerfData")
        .agent(option)
        .start(Places.victimLibrary("ledgerjni").toString(), "books", work);
  }

  private static Books books(Subject subject) {
    return Books.read(subject.home().resolve("books"));
  }

  private static void goesOn(Subject subject, Books since) {
    await("more operations")
        .pollInterval(Duration.ofMillis(2))
        .until(() -> books(subject).operations() > since.operations());
  }

  /**
   * Freezes and restores again and again, and looks at the books in between.
   *
   * @return the first books that are not as they should be, or the last
   */
  private static Books rounds(Subject subject, int rounds, Predicate<Books> good) {
    try (Wire wire = new Wire(node)) {
      Books seen = books(subject);
      for (int round = 0; round < rounds; round++) {
        String image = wire.freeze(subject.name()).getImage();
        seen = books(subject);
        wire.restore(image);
        wire.remove(image);
        goesOn(subject, seen);
        if (!good.test(seen)) break;
      }
      return seen;
    }
  }

  static Stream<Arguments> guarded() {
    return Jdk.matrix().stream()
        .flatMap(
            jdk ->
                Stream.of(
                    Arguments.of(
                        jdk, "functions", FUNCTIONS, jdk.feature() == 17 ? ROUNDS : FEW_ROUNDS),
                    Arguments.of(jdk, "region", "guard=on", FEW_ROUNDS),
                    Arguments.of(jdk, "java", "guard=on", FEW_ROUNDS)));
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void booksAreWholeWheneverTheirOwnerIsFrozen(Jdk jdk, String work, String option, int rounds) {
    Subject subject = ledger(jdk, work, option);
    assertThat(rounds(subject, rounds, Books::consistent)).matches(Books::consistent);
    assertThat(subject.ask("end")).isEqualTo("done");
  }

  /** Else the test above would prove nothing. */
  @ParameterizedTest
  @MethodSource("unguarded")
  void booksAreFoundInTheMiddleOfAnOperationWithoutTheGuard(String work) {
    Subject subject = ledger(Jdk.newest(), work, "guard=off");
    assertThat(rounds(subject, 200, Books::consistent)).matches(books -> !books.consistent());
    assertThat(subject.ask("end")).isEqualTo("done");
  }

  static List<String> unguarded() {
    return List.of("functions", "region", "java");
  }

  static List<Arguments> held() {
    return List.of(
        Arguments.of("functions", FUNCTIONS, "ledger_hold of libledger.so"),
        Arguments.of("region", "guard=on", "libledgerjni.so+0x"),
        Arguments.of("java", "guard=on", "io.sojourn.victim.Ledger.holdFromJava(Ledger.java:"));
  }

  @ParameterizedTest
  @MethodSource("held")
  void aRegionThatIsNotLeftIsNamedAndTheTaskRunsOn(String work, String option, String place) {
    Subject subject = ledger(Jdk.newest(), work, option);
    subject.ask("hold");
    subject.freeze("--guard-limit=1s").failed("\"holder\"", place, "--guard-limit");
    Books held = books(subject);
    subject.ask("release");
    goesOn(subject, held);
    assertThat(rounds(subject, 1, Books::consistent)).matches(Books::consistent);
    assertThat(subject.ask("end")).isEqualTo("done");
  }

  @Test
  void aFunctionThatCannotBeGuardedIsNamed() {
    Subject subject =
        ledger(Jdk.newest(), "functions", "guard=native:libledger.so:ledger_alloc+ledger_fee");
    subject.freeze().failed("ledger_fee of libledger.so");
    assertThat(subject.ask("end")).isEqualTo("done");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void functionsOfAnySignatureAreCalledAsBefore(Jdk jdk) {
    String functions =
        "calls_integers+calls_doubles+calls_variable+calls_pair+calls_two+calls_big"
            + "+calls_long_double+calls_nested+calls_jump+calls_exit";
    Subject subject =
        node.subject(jdk, Calls.class)
            .with("-Xms8m", "-Xmx32m", "-XX:-UsePerfData")
            .agent("guard=native:libcalls.so:" + functions)
            .start(Places.victimLibrary("callsjni").toString());
    try (Wire wire = new Wire(node)) {
      for (int generation = 0; generation < 3; generation++) {
        subject.ask("more");
        wire.restore(wire.freeze(subject.name()).getImage());
      }
    }
    subject.ask("more");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void mallocIsGuardedInAllLibrariesOnRequest(Jdk jdk) {
    Subject subject = ledger(jdk, "region", "guard=native");
    assertThat(rounds(subject, 2, Books::consistent)).matches(Books::consistent);
    assertThat(subject.ask("end")).isEqualTo("done");
  }
}
