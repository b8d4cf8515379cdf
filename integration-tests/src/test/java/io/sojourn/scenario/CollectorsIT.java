package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Heap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every collector of every JDK, each with every way to collect before a freeze. */
class CollectorsIT {
  @RegisterExtension static final Node node = Node.shared();

  private static final List<String> COLLECTORS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseParallelGC",
          "-XX:+UseG1GC",
          "-XX:+UseZGC",
          "-XX:+UseShenandoahGC",
          "-XX:+UseShenandoahGC -XX:ShenandoahGCMode=generational",
          "-XX:+UseEpsilonGC");

  static Stream<Arguments> collectors() {
    return Jdk.matrix().stream()
        .flatMap(
            jdk ->
                COLLECTORS.stream()
                    .filter(options -> jdk.accepts(words(options)))
                    .map(options -> Arguments.of(jdk, options)));
  }

  private static String[] words(String options) {
    return ("-XX:+UnlockExperimentalVMOptions " + options).split(" ");
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("collectors")
  void theLiveSetIsWhole(Jdk jdk, String options) {
    // Epsilon never collects: it needs a program that makes no garbage.
    boolean epsilon = options.contains("Epsilon");
    Subject subject =
        node.subject(jdk, Heap.class).with(words(options)).start(epsilon ? "quiet" : "busy");
    long allocated = Long.parseLong(subject.ask("check"));
    for (String gc : List.of("auto", "full", "none")) {
      subject.anotherLife("--gc=" + gc);
      long now = Long.parseLong(subject.ask("check"));
      assertThat(now).isGreaterThanOrEqualTo(allocated);
      allocated = now;
    }
  }
}
