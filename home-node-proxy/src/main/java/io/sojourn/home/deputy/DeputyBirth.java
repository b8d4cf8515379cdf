package io.sojourn.home.deputy;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Makes deputies: of the process whose task was dumped, or of nothing. */
public final class DeputyBirth {
  private final Path shim;
  private final Path program;
  private final DeputyDirectory directory;

  /**
   * @param runtime the directory that holds {@code ckpt-shim} and {@code ckpt-deputy}
   */
  public DeputyBirth(Path runtime, DeputyDirectory directory) {
    this.shim = runtime.resolve("ckpt-shim");
    this.program = runtime.resolve("ckpt-deputy").toAbsolutePath();
    this.directory = directory;
  }

  /**
   * Turns a process into its task's deputy, in place: same pid, parent, terminal, descriptors. It
   * must have been stopped by a signal, and its other processes ended. It executes no instruction
   * of its old program any more.
   *
   * @param task its id
   * @throws OperationException when that fails; the process is then as it was, and SIGCONT lets it
   *     run on
   */
  public Deputy ofStopped(int pid, String task, int incarnation, SignalsBefore signals) {
    return become(pid, task, incarnation, signals, List.of());
  }

  /**
   * The same for a process that is alone in a frozen control group, which is thawed.
   *
   * @param cgroupFreeze as {@link io.sojourn.engine.linux.CgroupFreeze#switchFile}
   */
  public Deputy ofFrozen(
      int pid, String task, int incarnation, SignalsBefore signals, Path cgroupFreeze) {
    return become(pid, task, incarnation, signals, List.of("--thaw", cgroupFreeze.toString()));
  }

  private Deputy become(
      int pid, String task, int incarnation, SignalsBefore signals, List<String> more) {
    DeputyName name = DeputyName.of(task, incarnation, pid);
    Path socket = directory.socket(name);
    List<String> command = new ArrayList<>(List.of(shim.toString(), "become", "" + pid));
    command.addAll(words(socket, task, incarnation));
    command.addAll(List.of("--in-image", signals.inImageText(), "--came", signals.cameText()));
    command.addAll(more);
    command.addAll(List.of("--", program.toString()));
    run(command, "process " + pid + " cannot turn into its deputy");
    return connect(socket, name);
  }

  /**
   * A new one, with nothing open: for a task that is restored although its first process is gone.
   *
   * @param wantedPid what it is to have where that is free; it has another where it is not
   * @param user whose signals it may get
   */
  public Deputy fresh(String task, int incarnation, int wantedPid, TaskUser user) {
    Path unborn = directory.unborn(task);
    List<String> command = new ArrayList<>(List.of(shim.toString(), "deputy"));
    command.addAll(words(unborn, task, incarnation));
    command.addAll(List.of("--pid", "" + wantedPid, "--uid", "" + user.uid()));
    command.addAll(List.of("--gid", "" + user.gid()));
    user.groups().forEach(group -> command.addAll(List.of("--group", "" + group)));
    command.addAll(List.of("--", program.toString()));
    String said = run(command, "no deputy can be started for task " + task);
    DeputyName name = DeputyName.of(task, incarnation, Integer.parseInt(said.split(" ")[1]));
    try {
      Files.move(unborn, directory.socket(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure("the deputy of task " + task + " cannot be given its name", e);
    }
    return connect(directory.socket(name), name);
  }

  private static List<String> words(Path socket, String task, int incarnation) {
    return List.of("--socket", "" + socket, "--task", task, "--incarnation", "" + incarnation);
  }

  private String run(List<String> command, String otherwise) {
    try {
      directory.create();
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() == 0) return said;
      throw OperationException.failed(
          otherwise + ": " + said.replaceFirst("^ckpt-shim: ", ""),
          "see ckpt doctor; what was stopped is as it was");
    } catch (IOException e) {
      throw failure(otherwise, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(otherwise, e);
    }
  }

  private static Deputy connect(Path socket, DeputyName name) {
    try {
      return Deputy.connect(socket, name);
    } catch (IOException e) {
      throw failure("the deputy of task " + name.task() + " does not answer", e);
    }
  }

  private static OperationException failure(String what, Exception cause) {
    return OperationException.failed(what + ": " + cause.getMessage(), "see ckpt doctor", cause);
  }
}
