package io.sojourn.node.command;

import io.sojourn.node.cli.Shell;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The real ckpt-client, with a script in the place of the JVM's launcher. */
final class Client {
  static final String BUILD = "test 1";

  /** What the script exits with. */
  static final int IN_A_JVM = 42;

  private final Path directory;
  private final Path program;
  private final Path script;
  final Map<String, String> environment = new TreeMap<>();

  Client(Path directory, Path runDirectory) throws IOException {
    this.directory = directory;
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    program = directory.resolve("ckpt-client");
    try (InputStream in = Client.class.getResourceAsStream("/native/linux-x86_64/ckpt-client")) {
      Files.copy(Objects.requireNonNull(in), program);
    }
    script = Files.writeString(directory.resolve("jvm"), "#!/bin/sh\necho \"JVM: $*\"; exit 42\n");
    for (Path executable : List.of(program, script))
      Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwxr-xr-x"));
    environment.put("SOJOURN_RUN_DIR", runDirectory.toString());
    environment.put("LC_ALL", "C.UTF-8");
    stamp(directory, BUILD);
  }

  /** Names the build of a daemon that is started with this runtime directory, and of clients. */
  static void stamp(Path runtime, String build) throws IOException {
    Files.writeString(runtime.resolve(".built"), build + "\n");
  }

  List<String> command(String... words) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add(directory.resolve(".built").toString());
    command.add(script.toString());
    command.addAll(List.of(words));
    return command;
  }

  /** In a shell's words. */
  String line(String... words) {
    return String.join(" ", command(words).stream().map(word -> "'" + word + "'").toList());
  }

  Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  Shell.Result run(String... words) throws IOException, InterruptedException {
    return run(command(words));
  }

  Shell.Result run(List<String> command) throws IOException, InterruptedException {
    return end(start(command));
  }

  static Shell.Result end(Process process) throws IOException, InterruptedException {
    String out = text(process.getInputStream()), err = text(process.getErrorStream());
    if (!process.waitFor(20, TimeUnit.SECONDS)) throw new AssertionError("does not end");
    return new Shell.Result(process.exitValue(), out, err);
  }

  static String text(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }
}
