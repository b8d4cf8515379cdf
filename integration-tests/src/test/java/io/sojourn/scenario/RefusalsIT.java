package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Launcher;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Ending;
import io.sojourn.victim.Guarded;
import io.sojourn.victim.OpenFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before anything is touched: in plain words, and the task runs on. */
class RefusalsIT {
  @RegisterExtension static final Node node = Node.shared();

  @TempDir static Path tools;
  private static Path holding = Path.of("");

  @BeforeAll
  static void compile() throws Exception {
    Files.setPosixFilePermissions(
        tools, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    holding = Launcher.compile(tools);
  }

  @ParameterizedTest
  @CsvSource({
    "io_uring, io_uring",
    "userfaultfd, userfaultfd",
    "mptcp, Multipath TCP",
    "unix_datagrams, unix connection to",
    "unix_packets, unix connection to",
    "vsock, address family 40",
    "perf_event, a perf event",
    "bpf_map, a BPF map",
    "bpf_program, a BPF program",
    "kvm_machine, a virtual machine",
    "kvm_processor, processor",
    "message_queue, message queue",
    "secret_memory, secret memory",
    "process, which is not part of the task",
    "/dev/kvm, /dev/kvm",
    "filesystem, fscontext",
    "/dev/net/tun, /dev/net/tun"
  })
  void descriptorsThatNoImageCanHold(String kind, String named) throws Exception {
    assumeTrue(Launcher.offers(holding, kind), "this kernel has no " + kind);
    Subject subject = node.subject(Jdk.newest(), Ending.class).by(holding.toString(), kind).start();
    subject.freeze().refused("descriptor", named, "process " + subject.pid());
    runsOnAndHasNoImage(subject);
  }

  @Test
  void aDeletedFileOverTheLimit() {
    Subject subject = node.subject(Jdk.newest(), OpenFiles.class).start();
    subject.freeze("--ghost-limit=1M").refused("gone.dat", "--ghost-limit=10M");
    assertThat(subject.ask("check")).isEqualTo("0");
    subject.anotherLife();
    assertThat(subject.ask("check")).isEqualTo("1");
  }

  @Test
  void aFileThatSomethingIsMountedOver() throws Exception {
    Subject subject = node.subject(Jdk.newest(), OpenFiles.class).start();
    String file = subject.home().resolve("random.dat").toString();
    run("mount", "--bind", "/dev/null", file);
    try {
      subject.freeze().refused("random.dat", "mounted over it", "unmount");
    } finally {
      run("umount", file);
    }
    assertThat(subject.ask("check")).isEqualTo("0");
    subject.anotherLife();
    assertThat(subject.ask("check")).isEqualTo("1");
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void whatIsNotThere() {
    node.ckpt("freeze", "nosuch").notFound("nosuch");
    node.ckpt("restore", "nosuch").notFound("nosuch");
    node.ckpt("verify", "nosuch").notFound("nosuch");
    assertThat(node.ckpt("freeze").status()).isEqualTo(2);
    assertThat(node.ckpt("freeze", "nosuch", "--gc=perhaps").status()).isEqualTo(2);
  }

  @Test
  void aSecondOperationAtATime() throws Exception {
    Subject subject = node.subject(Jdk.newest(), Guarded.class).start();
    subject.ask("enter");
    Node.Running first = node.ckptInBackground("freeze", subject.name(), "--guard-limit=20s");
    while (!state(subject).equals("busy")) assertThat(first.process().isAlive()).isTrue();
    node.ckpt("freeze", subject.name()).refused(subject.name(), "busy");
    node.ckpt("checkpoint", subject.name()).refused(subject.name(), "busy");
    subject.tell("leave");
    subject.froze(node.await(first).done());
    subject.restore().done();
    subject.ask("here");
  }

  @Test
  void aGuardThatIsHeldForEver() {
    Subject subject = node.subject(Jdk.newest(), Guarded.class).start();
    subject.ask("enter");
    subject.freeze("--guard-limit=300ms").failed("guard", "holder", "--guard-limit");
    runsOnAndHasNoImage(subject);
    subject.ask("leave");
    subject.anotherLife();
    subject.ask("here");
  }

  private static String state(Subject subject) {
    return node.ckpt("ps", subject.name()).done().json().at("/tasks/0/state").asText();
  }

  private static void runsOnAndHasNoImage(Subject subject) {
    subject.ask("here");
    assertThat(node.ckpt("images", subject.name()).done().json().at("/images")).isEmpty();
  }
}
