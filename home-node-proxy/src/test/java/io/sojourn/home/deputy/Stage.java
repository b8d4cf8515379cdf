package io.sojourn.home.deputy;

import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Where a test's deputies are made; what is left at its end goes. */
final class Stage implements BeforeEachCallback, AfterEachCallback {
  private static final Path NONE = Path.of("/nonexistent");

  private final List<Process> started = new ArrayList<>();
  private final List<Deputy> deputies = new ArrayList<>();
  private Path home = NONE;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    home = Files.createTempDirectory("deputy-");
    Files.createDirectory(runtime());
    for (String program : List.of("ckpt-shim", "ckpt-deputy"))
      try (InputStream in = Stage.class.getResourceAsStream("/native/linux-x86_64/" + program)) {
        Files.copy(Objects.requireNonNull(in), runtime().resolve(program));
        Files.setPosixFilePermissions(
            runtime().resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
      }
  }

  /** Where a test's own files are; open to all. */
  Path place() throws IOException {
    Path place = home.resolve("place");
    if (!Files.exists(place)) {
      Files.createDirectory(place);
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    return place;
  }

  Path runtime() {
    return home.resolve("runtime");
  }

  DeputyDirectory directory() {
    return new DeputyDirectory(home);
  }

  DeputyBirth birth() {
    return new DeputyBirth(runtime(), directory());
  }

  Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    started.add(process);
    return process;
  }

  /** A JVM that runs a class of the tests. */
  Process java(Class<?> victim, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
    command.add(victim.getName());
    command.addAll(List.of(arguments));
    return start(command.toArray(String[]::new));
  }

  /** A program in a state of states.c. */
  Process inState(String... state) throws IOException, InterruptedException {
    Path program = place().resolve("states"), source = place().resolve("states.c");
    try (InputStream text = Stage.class.getResourceAsStream("/states.c")) {
      Files.write(source, Objects.requireNonNull(text).readAllBytes());
    }
    Process cc = start("cc", "-pthread", "-o", program.toString(), source.toString());
    if (cc.waitFor() != 0) throw new IOException(said(cc));
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(state));
    Process process = start(command.toArray(String[]::new));
    String line = process.inputReader().readLine();
    if (!"ready".equals(line)) throw new IOException("it is not in state " + state[0]);
    return process;
  }

  static void stop(int pid) {
    Signals.send(pid, Signals.STOP);
    // Of a thread that goes on where the first has ended: /proc knows threads as processes, though
    // it does not list them.
    await()
        .until(
            () -> Proc.threads(pid).stream().allMatch(tid -> "TtZ".indexOf(Proc.state(tid)) >= 0));
  }

  /** Stops a process, and turns it into a deputy. */
  Deputy deputyOf(int pid) {
    return deputyOf(pid, SignalsBefore.NONE);
  }

  Deputy deputyOf(int pid, SignalsBefore signals) {
    stop(pid);
    return own(birth().ofStopped(pid, "task" + pid, 1, signals));
  }

  Deputy own(Deputy deputy) {
    deputies.add(deputy);
    return deputy;
  }

  static int pid(Process process) {
    return (int) process.pid();
  }

  /** The first child of a process, as soon as it executes {@code command}. */
  static int child(Process parent, String command) {
    return await()
        .until(
            () ->
                parent
                    .children()
                    .mapToInt(child -> (int) child.pid())
                    .filter(child -> Proc.command(child).equals(command))
                    .findFirst()
                    .orElse(0),
            found -> found > 0);
  }

  static String said(Process process) throws IOException {
    return new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    for (Deputy deputy : deputies) {
      if (Proc.startTicks(deputy.pid()) == deputy.name().startTicks())
        ProcessHandle.of(deputy.pid()).ifPresent(ProcessHandle::destroyForcibly);
      deputy.close();
    }
    started.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
    started.forEach(Process::destroyForcibly);
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
