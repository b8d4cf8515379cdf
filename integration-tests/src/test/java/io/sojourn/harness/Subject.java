package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.Proc;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A victim in a JVM of its own, in any of its lives. */
public final class Subject implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Node node;
  private final String name;
  private final Path home;
  private final Process first;
  private int pid;
  private int questions;
  private String frozenIn = "";
  private String id = "";
  private int incarnation = 1;
  private boolean keepsHome;

  private Subject(Node node, String name, Path home, Process first) {
    this.node = node;
    this.name = name;
    this.home = home;
    this.first = first;
    this.pid = (int) first.pid();
  }

  /** How a subject is to be started. */
  public static final class Builder {
    private final Node node;
    private final Jdk jdk;
    private final Class<?> victim;
    // A test run in the background has the keys' signals ignored, and hands that down.
    private static final List<String> HEARS_KEYS = List.of("env", "--default-signal=INT,QUIT");

    private final List<String> prefix = new ArrayList<>(List.of("setsid"));
    private final List<String> options = new ArrayList<>(List.of("-Xmx256m", "-Xms64m"));
    private String agentOptions = "";
    private boolean withAgent = true;
    private boolean inTerminal;

    Builder(Node node, Jdk jdk, Class<?> victim) {
      this.node = node;
      this.jdk = jdk;
      this.victim = victim;
    }

    /** VM options. */
    public Builder with(String... more) {
      options.addAll(List.of(more));
      return this;
    }

    public Builder agent(String more) {
      agentOptions = "," + more;
      return this;
    }

    /** As a JVM that nobody cares for; {@code ckpt attach} may name it as this subject. */
    public Builder withoutAgent() {
      withAgent = false;
      return this;
    }

    /** A program that starts the JVM by executing its arguments. */
    public Builder by(String... launcher) {
      prefix.addAll(List.of(launcher));
      return this;
    }

    /** In the middle of a shell's pipe: stdin from the file "in" as it grows, stdout to "piped". */
    public Builder inPipe() {
      return by("sh", "-c", ": >> in; tail -f -n +1 in | \"$@\" | cat >> piped", "sh");
    }

    /**
     * Likewise, with a FIFO on either side: "commands" and "answers". The pids of those at their
     * other ends are in the files "writer" and "reader".
     */
    public Builder onFifos() {
      return by(
          "sh",
          "-c",
          """
          : >> in; mkfifo commands answers
          (setsid tail -f -n +1 in > commands & echo $! > writer)
          (setsid cat answers >> piped & echo $! > reader)
          exec "$@" < commands > answers
          """,
          "sh");
    }

    /**
     * In a terminal, with a shell that stays when it ends. What is written to the first life's
     * stdin is typed there; all that is seen there goes to the file "seen".
     */
    public Builder inTerminal() {
      inTerminal = true;
      return this;
    }

    /** As a job of that terminal, whose keys reach it; its launcher has job control. */
    public Builder asAJob() {
      prefix.remove("setsid");
      return inTerminal();
    }

    /** Starts it, and waits until it answers. Its stdout and stderr go into {@code out}. */
    public Subject start(String... arguments) {
      String name = victim.getSimpleName().toLowerCase() + NUMBER.incrementAndGet();
      Path home = node.home().resolve(name);
      try {
        Files.createDirectory(home);
        Files.setPosixFilePermissions(
            home, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(prefix);
        command.add(jdk.java());
        command.addAll(options);
        if (withAgent) command.add("-javaagent:" + Places.AGENT + "=name=" + name + agentOptions);
        command.add("-Dcontrol=" + home);
        command.addAll(List.of("-cp", Places.victims().toString(), victim.getName()));
        command.addAll(List.of(arguments));
        // A shell that started what outlasts the program could do so while all of it is ended, and
        // that would stay: it becomes it.
        if (inTerminal)
          command =
              List.of("script", "-qfc", String.join(" ", command) + "; exec sleep 1000", "seen");
        List<String> whole = new ArrayList<>(HEARS_KEYS);
        whole.addAll(command);
        ProcessBuilder builder =
            new ProcessBuilder(whole)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(home.resolve("out").toFile()));
        if (!inTerminal) builder.redirectInput(new File("/dev/null"));
        builder.environment().putAll(node.environment());
        Subject subject = new Subject(node, name, home, builder.start());
        node.owns(subject);
        subject.pid = Integer.parseInt(subject.ask("pid"));
        return subject;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public String name() {
    return name;
  }

  public int pid() {
    return pid;
  }

  /** From now on a freeze leaves its deputy behind. */
  public Subject keepHome() {
    keepsHome = true;
    return this;
  }

  /** Its process as seen from here: beside its deputy it has another number than its own. */
  public int process() {
    if (!isDeputy()) return pid;
    return ProcessHandle.allProcesses()
        .map(process -> (int) process.pid())
        .filter(other -> other != pid && Proc.innermostPid(other) == pid)
        .filter(other -> String.join(" ", Proc.commandLine(other)).contains("-Dcontrol=" + home))
        .findFirst()
        .orElseThrow();
  }

  /** Whether its number is its deputy's now. */
  public boolean isDeputy() {
    return Proc.command(pid).equals("ckpt-deputy");
  }

  /** Its working directory. */
  public Path home() {
    return home;
  }

  public Process firstLife() {
    return first;
  }

  /** What it wrote to stdout and stderr, which are one file. */
  public String output() {
    return read("out");
  }

  /** Content of a file in its directory. */
  public String read(String file) {
    try {
      return Files.readString(home.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a file in its directory contains a text. */
  public void reads(String file, String text) {
    await(text + " in " + file)
        .atMost(PATIENCE)
        .until(() -> Files.exists(home.resolve(file)) && read(file).contains(text));
  }

  /** Asks the program, and does not wait: it may be frozen before it has answered. */
  public void tell(String question) {
    try {
      Path fresh = home.resolve("question.new"), asked = home.resolve("question");
      // Whoever is about to take the one before would take this away unread.
      if (Files.exists(asked))
        await("the question before " + question)
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> !Files.exists(asked));
      Files.writeString(fresh, ++questions + " " + question);
      Files.move(fresh, asked, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks the program, and waits for the answer. */
  public String ask(String question) {
    tell(question);
    Path answer = home.resolve("answer-" + questions);
    try {
      await(question)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .failFast(
              () ->
                  assertThat(lives() || Files.exists(answer))
                      .as("the subject lives; it said:\n%s", output())
                      .isTrue())
          .until(() -> Files.exists(answer));
      String said = Files.readString(answer);
      Files.delete(answer);
      assertThat(said).as("answer to %s", question).doesNotStartWith("FAILURE");
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes it under care, where it was started without the agent. */
  public Answer attach() {
    return node.ckpt("attach", String.valueOf(pid), "--options=name=" + name);
  }

  public Answer freeze(String... options) {
    return noteFreeze(node.ckpt(command("freeze", name, withHome(options))));
  }

  private String[] withHome(String... options) {
    if (keepsHome) return options;
    List<String> words = new ArrayList<>(List.of(options));
    words.add("--no-deputy");
    return words.toArray(String[]::new);
  }

  /** It was frozen by a command that was not {@link #freeze}. */
  public void froze(Answer answer) {
    noteFreeze(answer);
  }

  private Answer noteFreeze(Answer answer) {
    if (answer.status() == 0) frozenIn = answer.image();
    return answer;
  }

  public Answer restore(String... options) {
    return noteRestore(node.ckpt(command("restore", name, options)));
  }

  private Answer noteRestore(Answer answer) {
    if (answer.status() == 0) {
      frozenIn = "";
      id = answer.json().path("taskId").asText();
      incarnation = answer.json().path("incarnation").asInt();
    }
    return answer;
  }

  private static String[] command(String verb, String name, String... options) {
    List<String> words = new ArrayList<>(List.of(verb, name));
    words.addAll(List.of(options));
    return words.toArray(String[]::new);
  }

  /**
   * Freezes it and restores it, and compares what can be seen from outside.
   *
   * @param options of the freeze
   */
  public void anotherLife(String... options) {
    anotherLifeAs(List.of(), options);
  }

  /** The same, by commands of another user. */
  public void anotherLifeAs(List<String> user, String... options) {
    Outside before = Outside.of(process());
    noteFreeze(node.ckptAs(user, command("freeze", name, withHome(options)))).done();
    // Of a process that is killed nobody has waited for the end.
    if (!keepsHome) awaitEnd();
    assertThat(lives()).as("%s has its place although it is frozen", name).isEqualTo(keepsHome);
    noteRestore(node.ckptAs(user, "restore", name)).done();
    assertThat(Outside.of(process()).since(before)).as("changes seen from outside").isEmpty();
  }

  /**
   * Two generations, with a question before, between and after: one that ends its process, and one
   * that leaves its deputy.
   */
  public void twoGenerations(Runnable check) {
    check.run();
    for (int generation = 0; generation < 2; generation++) {
      anotherLife();
      check.run();
      keepHome();
    }
  }

  /** Whether its process is there, and is still ours. */
  public boolean lives() {
    // Until it has answered once, what runs may still be what starts it.
    if (pid == first.pid() && first.isAlive()) return true;
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      if (stat.charAt(stat.lastIndexOf(')') + 2) == 'Z') return false;
      // Its deputy has its number, wherever it lives.
      if (Files.readString(Path.of("/proc", String.valueOf(pid), "comm")).equals("ckpt-deputy\n"))
        return true;
      return Files.readString(Path.of("/proc", String.valueOf(pid), "cmdline"))
          .contains("-Dcontrol=" + home);
    } catch (IOException ended) {
      return false;
    }
  }

  /** Waits for the end of a restored life: "exited 0", "killed 9". */
  public String ends() {
    Path noted = node.run().resolve("exits").resolve(id + "-" + incarnation);
    await("the end of " + name).atMost(PATIENCE).until(() -> Files.exists(noted));
    try {
      return Files.readString(noted).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it, whichever life it is in; where it is frozen, its image goes. */
  @Override
  public void close() {
    try {
      if (frozenIn.isEmpty() && !lives()) {
        // Frozen by a command whose answer nobody saw, perhaps.
        JsonNode task = node.ckpt("ps", name).json().at("/tasks/0");
        if (task.path("state").asText().equals("frozen"))
          frozenIn = task.path("lastImage").asText();
      }
      if (!frozenIn.isEmpty()) node.ckpt("rm", frozenIn, "--force").done();
    } finally {
      if (lives()) ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      first.descendants().forEach(ProcessHandle::destroyForcibly);
      first.destroyForcibly();
    }
    awaitEnd();
  }

  private void awaitEnd() {
    await("the end of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !lives());
  }
}
