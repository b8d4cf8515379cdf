package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Ending;
import io.sojourn.victim.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** JVMs that were started without the agent. */
class AttachIT {
  @RegisterExtension static final Node node = Node.shared();

  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aJvmThatRunsIsTakenUnderCare(Jdk jdk) {
    Subject subject = node.subject(jdk, OpenFiles.class).withoutAgent().start();
    AtomicInteger questions = new AtomicInteger();
    Runnable asks =
        () ->
            assertThat(subject.ask("check")).isEqualTo(String.valueOf(questions.getAndIncrement()));
    asks.run();
    node.ckpt("freeze", subject.name()).notFound(subject.name());
    Answer attached = subject.attach().done();
    assertThat(attached.json().at("/tasks/0/name").asText()).isEqualTo(subject.name());
    assertThat(attached.json().at("/tasks/0/pid").asInt()).isEqualTo(subject.pid());
    assertThat(attached.json().at("/tasks/0/state").asText()).isEqualTo("running");
    // The JVM's own socket, at which it was asked to load the agent, goes with the first freeze.
    subject.freeze().done();
    subject.restore().done();
    subject.twoGenerations(asks);
    subject.attach().refused("pid " + subject.pid(), "under care already", "ckpt ps");
  }

  @Test
  void aTaskIsUnderCareAlready() {
    Subject subject = node.subject(Jdk.newest(), Ending.class).start();
    subject.attach().refused("pid " + subject.pid(), "under care already");
    assertThat(subject.ask("still")).isEqualTo("here");
    subject.freeze().done();
    subject.restore().done();
  }

  @Test
  void noSuchProcess() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    attach(ended.pid()).notFound("no process " + ended.pid());
    assertThat(node.ckpt("attach", "web").status()).isEqualTo(2);
    assertThat(node.ckpt("attach").status()).isEqualTo(2);
  }

  /** The signal that asks a JVM to listen would end it. */
  @Test
  void aProcessThatIsNoJvm() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "1000").start();
    try {
      attach(sleep.pid()).refused("process " + sleep.pid() + " (sleep) is not a JVM");
      assertThat(sleep.isAlive()).isTrue();
    } finally {
      sleep.destroyForcibly().waitFor();
    }
  }

  @Test
  void aJvmOfAnotherUser() {
    Subject roots = node.subject(Jdk.newest(), Ending.class).withoutAgent().start();
    node.ckptAs(NOBODY, "attach", String.valueOf(roots.pid()))
        .refused("belongs to uid 0", "you are uid 65534");
    runsOn(roots);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void rootAttachesForAUser(Jdk jdk) {
    Subject theirs =
        node.subject(jdk, Ending.class).by(NOBODY.toArray(String[]::new)).withoutAgent().start();
    theirs.attach().done();
    Answer tasks = node.ckptAs(NOBODY, "ps").done();
    assertThat(tasks.json().at("/tasks/0/name").asText()).isEqualTo(theirs.name());
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aJvmThatLetsNobodyAttach(Jdk jdk) throws IOException {
    Subject subject =
        node.subject(jdk, Ending.class).withoutAgent().with("-XX:+DisableAttachMechanism").start();
    refusesQuietly(subject);
    Path arguments = node.home().resolve("arguments-" + jdk.feature());
    Files.writeString(arguments, "-XX:+DisableAttachMechanism");
    refusesQuietly(node.subject(jdk, Ending.class).withoutAgent().with("@" + arguments).start());
  }

  private static void refusesQuietly(Subject subject) {
    subject.attach().refused("JVM " + subject.pid(), "-XX:+DisableAttachMechanism", "-javaagent:");
    // It would print all its threads, had it been asked to listen.
    assertThat(subject.output()).isEmpty();
    runsOn(subject);
  }

  @Test
  void aJvmThatIsStopped() throws Exception {
    Subject subject = node.subject(Jdk.newest(), Ending.class).withoutAgent().start();
    signal("STOP", subject);
    try {
      await().until(() -> Proc.state(subject.pid()) == 'T');
      subject.attach().refused("JVM " + subject.pid() + " is stopped", "kill -CONT");
    } finally {
      signal("CONT", subject);
    }
    runsOn(subject);
  }

  private static void signal(String name, Subject subject) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(subject.pid())).start().waitFor();
  }

  private static Answer attach(long pid) {
    return node.ckpt("attach", String.valueOf(pid));
  }

  private static void runsOn(Subject subject) {
    assertThat(subject.ask("still")).isEqualTo("here");
    String pid = String.valueOf(subject.pid());
    node.ckpt("ps", pid).notFound(pid);
  }
}
