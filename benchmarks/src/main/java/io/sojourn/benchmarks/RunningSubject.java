package io.sojourn.benchmarks;

import io.sojourn.engine.network.ServicePort;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A subject that runs, in a session and a directory of its own. */
final class RunningSubject implements AutoCloseable {
  private final Plan plan;
  private final Jdk jdk;
  private final Path directory;
  private final int port;
  private final Process process;

  private RunningSubject(Plan plan, Jdk jdk, Path directory, int port, Process process) {
    this.plan = plan;
    this.jdk = jdk;
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  /**
   * @param agent what follows {@code -javaagent:}; null for none
   */
  static RunningSubject start(Plan plan, Jdk jdk, Subject subject, @Nullable String agent)
      throws Failure, InterruptedException {
    try {
      Files.createDirectories(plan.node().scratch());
      Path directory = Files.createTempDirectory(plan.node().scratch(), "subject");
      int port = ServicePort.find();
      // setsid: without a terminal of ours, and where it stays a session's leader after a restore.
      List<String> command = new ArrayList<>(List.of("setsid", jdk.java().toString()));
      if (agent != null) command.add("-javaagent:" + agent);
      command.addAll(subject.jvm());
      command.addAll(List.of("-cp", plan.node().programs()));
      for (String word : subject.main())
        command.add(
            word.replace("{dir}", directory.toString()).replace("{port}", String.valueOf(port)));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("output").toFile());
      builder.environment().putAll(plan.node().environment());
      return new RunningSubject(plan, jdk, directory, port, builder.start());
    } catch (IOException e) {
      throw new Failure("cannot start " + subject.title(), e);
    }
  }

  Plan plan() {
    return plan;
  }

  Jdk jdk() {
    return jdk;
  }

  /** The same after a restore. */
  long pid() {
    return process.pid();
  }

  int port() {
    return port;
  }

  Path directory() {
    return directory;
  }

  StatusLog status() {
    return new StatusLog(directory.resolve("status"), directory.resolve("output"));
  }

  /** Ends the program, whoever is its parent now, and deletes all it left. */
  @Override
  public void close() throws Failure, InterruptedException {
    ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
    process.waitFor();
    for (int i = 0; i < 100 && ProcessHandle.of(pid()).isPresent(); i++) Thread.sleep(20);
    delete(directory);
  }

  static void delete(Path tree) throws Failure {
    if (!Files.exists(tree)) return;
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failed)
                throws IOException {
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new Failure("cannot delete " + tree, e);
    }
  }
}
