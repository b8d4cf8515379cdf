package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.criu.DumpConversation;
import io.sojourn.engine.criu.TerminalSessions;
import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.engine.linux.Proc;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyBirth;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.home.deputy.DeputyListener;
import io.sojourn.home.deputy.DeputySignal;
import io.sojourn.home.deputy.SignalsBefore;
import io.sojourn.protocol.criu.CriuNetworkLock;
import io.sojourn.protocol.criu.CriuOpts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A shell in a terminal, with a JVM in its foreground; frozen and restored by hand, with CRIU. */
public final class Home implements BeforeEachCallback, AfterEachCallback {
  private static final Pattern GREETING = Pattern.compile("port (\\d+) pid (\\d+)");
  private static final int FIRST_DESCRIPTOR = 200;

  private final BlockingQueue<DeputySignal> signals = new LinkedBlockingQueue<>();
  private final List<Process> started = new ArrayList<>();
  private Path directory = Path.of("/nonexistent");
  private Writer keyboard = Writer.nullWriter();
  private @Nullable Deputy deputy;
  private List<String> terminals = List.of();
  private int port;
  private int pid;
  private int restored;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    directory = Files.createTempDirectory("home-");
    Files.createDirectory(images());
  }

  private Path images() {
    return directory.resolve("images");
  }

  /** Starts {@code Homely}, and waits until it has said who it is. */
  public void start(Jdk jdk) throws IOException {
    Process shell =
        start("script", "-qfc", "bash --norc --noprofile -i", "" + directory.resolve("seen"));
    keyboard = shell.outputWriter();
    type(jdk.java() + " -Xmx64m -cp " + Places.victims() + " io.sojourn.victim.Homely\n");
    Matcher greeting =
        await().atMost(Duration.ofSeconds(20)).until(() -> GREETING.matcher(seen()), Matcher::find);
    port = Integer.parseInt(greeting.group(1));
    pid = Integer.parseInt(greeting.group(2));
  }

  private Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    started.add(process);
    return process;
  }

  public int port() {
    return port;
  }

  /** Of the first life, and of the deputy. */
  public int pid() {
    return pid;
  }

  public void type(String keys) throws IOException {
    keyboard.write(keys);
    keyboard.flush();
  }

  /** All that the terminal has shown. */
  public String seen() throws IOException {
    Path file = directory.resolve("seen");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  public void sees(String text) {
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(seen()).contains(text));
  }

  public void hears(int signal) throws InterruptedException {
    DeputySignal heard = signals.poll(10, TimeUnit.SECONDS);
    assertThat(heard).isNotNull();
    assertThat(Objects.requireNonNull(heard).number()).isEqualTo(signal);
  }

  /** Dumps it; it turns into its deputy, and nobody is told. */
  public Deputy freeze() throws IOException, InterruptedException {
    Deputy made;
    try (CgroupFreeze group = CgroupFreeze.of(pid).orElseThrow()) {
      dump(group);
      assertThat(group.frozen()).isTrue();
      DeputyBirth birth = new DeputyBirth(Places.RUNTIME, new DeputyDirectory(directory));
      made = birth.ofFrozen(pid, "homely", 1, SignalsBefore.NONE, group.switchFile());
    }
    deputy = made;
    made.listen(
        new DeputyListener() {
          @Override
          public void signal(DeputySignal signal) {
            signals.add(signal);
            try {
              made.over(signal.serial());
            } catch (IOException gone) {
              throw new UncheckedIOException(gone);
            }
          }

          @Override
          public void gone() {}
        });
    made.greeted(Duration.ofSeconds(10));
    return made;
  }

  private void dump(CgroupFreeze group) throws IOException, InterruptedException {
    List<Descriptor> ttys =
        Descriptor.of(pid).stream().filter(held -> held.target().startsWith("/dev/pts/")).toList();
    terminals = ttys.stream().map(Home::key).distinct().toList();
    CriuOpts options =
        CriuOpts.newBuilder()
            .setImagesDirFd(-1)
            .setImagesDir(images().toString())
            .setPid(pid)
            .setLeaveStopped(true)
            .setExtUnixSk(true)
            .setTcpEstablished(true)
            .setShellJob(true)
            .setFileLocks(true)
            .setLogLevel(4)
            .setLogFile("dump.log")
            .setNetworkLock(CriuNetworkLock.SKIP)
            .addAllExternal(terminals)
            .build();
    try (DumpConversation criu = DumpConversation.start(Places.criu().resolve("criu"))) {
      boolean dumped =
          criu.dump(
              options,
              new DumpConversation.Steps() {
                @Override
                public void beforeDump() {}

                @Override
                public void afterDump() {
                  try {
                    group.freeze(Proc.tree(pid));
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }
              });
      assertThat(dumped).as("CRIU has dumped").isTrue();
    }
    TerminalSessions.forget(images());
  }

  private static String key(Descriptor terminal) {
    FileStatus status = terminal.status().orElseThrow();
    return "tty["
        + Long.toHexString(status.representedDevice())
        + ":"
        + Long.toHexString(status.device())
        + "]";
  }

  /** Restores it next to its deputy: process numbers of its own, all else as it was. */
  public int restoreBeside() throws IOException, InterruptedException {
    String tty = Descriptor.of(pid).get(0).target();
    List<String> command = new ArrayList<>(List.of(Places.RUNTIME.resolve("ckpt-shim").toString()));
    command.addAll(List.of("run", "--beside", "--status", "" + directory.resolve("status")));
    command.addAll(List.of("--pid-file", "" + directory.resolve("pid")));
    command.addAll(List.of("--open", FIRST_DESCRIPTOR + ":" + tty, "--"));
    command.addAll(List.of("" + Places.criu().resolve("criu"), "restore", "-D", "" + images()));
    command.addAll(List.of("--log-file", "restore.log", "-v4", "--restore-detached"));
    command.addAll(List.of("--pidfile", "" + directory.resolve("pid"), "--shell-job"));
    command.addAll(List.of("--tcp-established", "--file-locks", "--ext-unix-sk"));
    command.addAll(List.of("--inherit-fd", "fd[" + FIRST_DESCRIPTOR + "]:" + terminals.get(0)));
    Process shim = start(command.toArray(String[]::new));
    int world = 0;
    StringBuilder said = new StringBuilder();
    try (BufferedReader lines = shim.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = lines.readLine()) != null; ) {
        said.append(line).append('\n');
        if (line.startsWith("world ")) world = Integer.parseInt(line.substring(6));
      }
    }
    Path log = images().resolve("restore.log");
    assertThat(said)
        .as(
            () ->
                "the shim said:\n" + said + "\nand CRIU:\n" + (Files.exists(log) ? tail(log) : ""))
        .contains("done " + pid);
    restored =
        Proc.tree(world).stream()
            .filter(process -> Proc.innermostPid(process) == pid)
            .findFirst()
            .orElseThrow();
    return restored;
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** "exited 0", "killed 9". */
  public String endOfRestored() throws IOException {
    Path status = directory.resolve("status");
    await().until(() -> Files.exists(status));
    return Files.readString(status).strip();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    if (restored > 0) ProcessHandle.of(restored).ifPresent(ProcessHandle::destroyForcibly);
    started.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
    started.forEach(Process::destroyForcibly);
    if (deputy != null) deputy.close();
    Places.remove(directory);
  }
}
