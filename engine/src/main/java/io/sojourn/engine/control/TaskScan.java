package io.sojourn.engine.control;

import io.sojourn.engine.linux.Mapping;
import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the tasks of this machine: the processes that hold a control block. */
public final class TaskScan {
  private static final String LINK = "/memfd:" + ControlBlock.NAME + " (deleted)";

  /** Descriptors that are looked at before mappings are: a server may have 100,000. */
  private static final int MANY = 256;

  private static final String DEPUTY = "ckpt-deputy";

  private final String runDirectory;

  /** Only tasks that name this run directory belong to this daemon. */
  public TaskScan(Path runDirectory) {
    this.runDirectory = runDirectory.toString();
  }

  public List<ControlBlock> all() {
    List<ControlBlock> tasks = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes)
        of(Integer.parseInt(process.getFileName().toString())).ifPresent(tasks::add);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return tasks;
  }

  /** The task that a process is, or empty. */
  public Optional<ControlBlock> of(int pid) {
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      int looked = 0;
      for (Path descriptor : descriptors) {
        if (++looked == MANY && !mapsBlock(pid)) return Optional.empty();
        if (isBlock(descriptor)) {
          Optional<ControlBlock> block =
              ControlBlock.map(pid, Integer.parseInt(descriptor.getFileName().toString()))
                  .filter(found -> found.runDirectory().equals(runDirectory))
                  // Others may hold the memfd too: a daemon that is just mapping it, a forked
                  // child.
                  .filter(found -> found.pidInside() == Proc.innermostPid(pid))
                  // It has its task's number and descriptors, and is not the task.
                  .filter(found -> !Proc.command(pid).equals(DEPUTY));
          if (block.isPresent()) return block;
        }
      }
    } catch (IOException gone) {
      // The process ended, or is a kernel thread.
    }
    return Optional.empty();
  }

  /** A task does, for as long as it lives. To read a link takes 4 µs, all mappings 1 ms. */
  private static boolean mapsBlock(int pid) {
    return Mapping.filesOf(pid).stream().anyMatch(mapping -> mapping.path().equals(LINK));
  }

  private static boolean isBlock(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals(LINK);
    } catch (IOException gone) {
      return false;
    }
  }
}
