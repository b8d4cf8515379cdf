package io.sojourn.node.move;

import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.JvmCounters;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.home.files.HeldFiles;
import java.io.IOException;
import java.util.List;

/** The files that a task's process at home has open: it stands still, or is its deputy. */
final class FilesInItsPlace implements HeldFiles {
  private final MovedTask task;
  private volatile int pid;

  FilesInItsPlace(MovedTask task, int pid) {
    this.task = task;
    this.pid = pid;
  }

  /** From now on by this process: the task, which stands still beside its deputy, or that. */
  void heldBy(int process) {
    pid = process;
  }

  @Override
  public int process() {
    return pid;
  }

  @Override
  public List<Integer> locked() {
    return held().stream()
        // That is nobody's but the deputy's: to whoever else asks it is to be held.
        .filter(held -> !JvmCounters.isPath(held.path()))
        .filter(Descriptor::locked)
        .map(Descriptor::number)
        .toList();
  }

  @Override
  public List<Integer> open() {
    return held().stream()
        .filter(held -> held.target().startsWith("/"))
        .map(Descriptor::number)
        .toList();
  }

  @Override
  public int duplicate(int number) throws IOException {
    return ThreadIdentity.withAllRights(
        () -> {
          try (PidDescriptor process = PidDescriptor.open(pid)) {
            return process.duplicate(number).release();
          }
        });
  }

  private List<Descriptor> held() {
    return ThreadIdentity.withAllRights(() -> Descriptor.of(pid));
  }

  @Override
  public void close(int number) throws IOException {
    if (task.hasDeputy() && task.deputy().pid() == pid) task.deputy().descriptors().close(number);
  }
}
