package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Places;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The finished migrate.jar: what is in it, and that a program does not notice it. */
class AgentJarIT {
  static Stream<Jdk> jdks() {
    return Jdk.matrix().stream();
  }

  @Test
  void holdsNothingButTheAgent() throws IOException {
    try (JarFile jar = new JarFile(Places.AGENT.toFile())) {
      List<String> files =
          jar.stream().filter(e -> !e.isDirectory()).map(e -> e.getName()).toList();
      assertThat(files)
          .contains("META-INF/native/linux-x86_64/libmigrate.so")
          .allMatch(
              name ->
                  name.startsWith("META-INF/")
                      || name.matches("io/sojourn/migrate/(crac/)?[^/]+\\.class"));
      assertThat(files.stream().filter(name -> name.startsWith("META-INF/")))
          .containsExactlyInAnyOrder(
              "META-INF/MANIFEST.MF", "META-INF/native/linux-x86_64/libmigrate.so");
      assertThat(jar.getManifest().getMainAttributes().getValue("Premain-Class"))
          .isEqualTo("io.sojourn.migrate.Agent");
      assertThat(jar.getManifest().getMainAttributes().getValue("Agent-Class"))
          .isEqualTo("io.sojourn.migrate.Agent");
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void aProgramSaysWhatItSaysWithout(Jdk jdk) throws Exception {
    Said said = run(jdk, "name=quiet");
    assertThat(said.out()).isEqualTo("hello\n");
    assertThat(said.err()).isEmpty();
    assertThat(said.status()).isZero();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void aProgramSeesOnlyTheInterface(Jdk jdk) throws Exception {
    Said said =
        run(
            jdk,
            "",
            "io.sojourn.migrate.CheckpointGuard",
            "com.google.protobuf.Message",
            "com.sun.jna.Native",
            "io.sojourn.engine.control.Agent");
    assertThat(said.out().lines().skip(1))
        .containsExactly(
            "io.sojourn.migrate.CheckpointGuard true",
            "com.google.protobuf.Message false",
            "com.sun.jna.Native false",
            "io.sojourn.engine.control.Agent false");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void anOptionThatIsNotUnderstoodIsNamed(Jdk jdk) throws Exception {
    Said said = run(jdk, "nmae=x,name=a b,crac=maybe");
    assertThat(said.status()).isZero();
    assertThat(said.out()).isEqualTo("hello\n");
    assertThat(said.err().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("migrate.jar: "))
        .anyMatch(line -> line.contains("'nmae'"))
        .anyMatch(line -> line.contains("'a b'"))
        .anyMatch(line -> line.contains("'maybe'"));
  }

  private record Said(int status, String out, String err) {}

  private static Said run(Jdk jdk, String options, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(jdk.tool("java")));
    command.add("-javaagent:" + Places.AGENT + (options.isEmpty() ? "" : "=" + options));
    command.addAll(List.of("-cp", victims().toString(), "io.sojourn.victim.Hello"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    // Nobody listens there.
    builder.environment().put("SOJOURN_RUN_DIR", "/nonexistent");
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), out, err);
  }

  private static Path victims() throws Exception {
    return Path.of(AgentJarIT.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
