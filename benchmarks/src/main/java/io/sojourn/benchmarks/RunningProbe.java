package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A {@link io.sojourn.benchmarks.probe.Probe} that runs, and how it is told what to do. */
final class RunningProbe implements AutoCloseable {
  /** Options of a VM for a program that needs little. */
  static final List<String> SMALL = List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC");

  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private final Path directory;
  private final Process process;
  private int questions;
  private long pid;

  private RunningProbe(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /**
   * @param place words before its command
   */
  static RunningProbe start(
      Plan plan,
      List<String> place,
      Path directory,
      List<String> jvm,
      Map<String, String> environment)
      throws Failure, InterruptedException {
    try {
      Files.createDirectory(directory);
      List<String> command = new ArrayList<>(place);
      command.addAll(List.of("setsid", plan.jdks().get(0).java().toString()));
      command.addAll(jvm);
      command.addAll(
          List.of(
              "-cp",
              plan.node().programs(),
              "io.sojourn.benchmarks.probe.Probe",
              directory.toString()));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(directory.resolve("output").toFile()));
      builder.environment().putAll(environment);
      RunningProbe probe = new RunningProbe(directory, builder.start());
      probe.pid = (long) probe.ask("pid")[0];
      return probe;
    } catch (IOException e) {
      throw new Failure("cannot start a probe", e);
    }
  }

  String name() {
    return directory.getFileName().toString();
  }

  long pid() {
    return pid;
  }

  Path directory() {
    return directory;
  }

  /** The numbers that it answers. */
  double[] ask(String question) throws Failure, InterruptedException {
    tell(question);
    return answer(question);
  }

  /** Begins something, whose answer is fetched later. */
  void tell(String question) throws Failure {
    try {
      Path draft = directory.resolve("question.new");
      Files.writeString(draft, ++questions + " " + question);
      Files.move(draft, directory.resolve("question"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new Failure("cannot ask " + name(), e);
    }
  }

  double[] answer(String question) throws Failure, InterruptedException {
    Path answer = directory.resolve("answer-" + questions);
    try {
      long end = System.nanoTime() + PATIENCE_NANOS;
      while (!Files.exists(answer)) {
        if (System.nanoTime() > end || (pid == 0 && !process.isAlive()))
          throw new Failure(name() + " does not answer to " + question + ": " + output());
        Thread.sleep(5);
      }
      String said = Files.readString(answer);
      Files.delete(answer);
      if (said.startsWith("FAILURE")) throw new Failure(name() + ": " + question + ": " + said);
      return Arrays.stream(said.split(" ")).mapToDouble(Double::parseDouble).toArray();
    } catch (IOException e) {
      throw new Failure("cannot ask " + name(), e);
    }
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("output"));
  }

  /** Resident memory of a process, in MB. */
  static double residentMegabytes(long pid) throws Failure {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status")))
        if (line.startsWith("VmRSS:"))
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
      return 0;
    } catch (IOException e) {
      throw new Failure("process " + pid + " cannot be looked at", e);
    }
  }

  /** Ends it, whoever has its number now. */
  @Override
  public void close() throws Failure, InterruptedException {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    for (int i = 0; i < 250 && ProcessHandle.of(pid).isPresent(); i++) Thread.sleep(20);
  }
}
