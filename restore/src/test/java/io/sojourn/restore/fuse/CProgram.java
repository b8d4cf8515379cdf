package io.sojourn.restore.fuse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A small program in C beside the tests, for what Java cannot say to the kernel. */
final class CProgram {
  private static final Map<String, CProgram> COMPILED = new ConcurrentHashMap<>();

  private final Path program;

  private CProgram(Path program) {
    this.program = program;
  }

  static CProgram named(String name) {
    return COMPILED.computeIfAbsent(name, CProgram::compiled);
  }

  private static CProgram compiled(String name) {
    Path source = Path.of(System.getProperty("sojourn.root", ".."), "restore/src/test/native");
    Path program = Path.of("target", "native-" + name).toAbsolutePath();
    List<String> compile =
        List.of(
            "gcc",
            "-std=c11",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-o",
            program.toString(),
            source.resolve(name + ".c").toString());
    try {
      Process compiler = new ProcessBuilder(compile).inheritIO().start();
      if (compiler.waitFor() != 0) throw new IllegalStateException(name + " does not compile");
    } catch (IOException e) {
      throw new IllegalStateException("gcc is missing: scripts/provision-tools.sh", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new CProgram(program);
  }

  Process start(Object... arguments) throws IOException {
    return start(List.of(), arguments);
  }

  /**
   * @param by a command that runs it: setpriv and its options
   */
  Process start(List<String> by, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(by);
    command.add(program.toString());
    for (Object argument : arguments) command.add(argument.toString());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Its output, when it has ended. */
  String run(Object... arguments) throws Exception {
    return ended(start(arguments));
  }

  static String ended(Process process) throws Exception {
    process.getOutputStream().close();
    Path output = Files.createTempFile("sojourn-output", "");
    Thread reader =
        new Thread(
            () -> {
              try {
                Files.write(output, process.getInputStream().readAllBytes());
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    reader.start();
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("a call never came back");
    }
    reader.join();
    String text = Files.readString(output, java.nio.charset.StandardCharsets.ISO_8859_1);
    Files.delete(output);
    return text;
  }

  static String line(Process process) throws IOException {
    BufferedReader reader = process.inputReader();
    String line = reader.readLine();
    return line == null ? "" : line;
  }
}
