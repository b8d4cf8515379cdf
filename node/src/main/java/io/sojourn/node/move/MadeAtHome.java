package io.sojourn.node.move;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.home.files.MadeForTask;
import java.io.IOException;

/** What is made for a task that is away is kept by its deputy. */
final class MadeAtHome implements MadeForTask {
  private final MovedTask task;

  MadeAtHome(MovedTask task) {
    this.task = task;
  }

  @Override
  public String keep(int socket) throws IOException {
    return UnixAtHome.keep(task, socket);
  }

  @Override
  public int keepFifo(int end) throws IOException {
    if (task.away() == null || !task.hasDeputy())
      throw new IOException("task " + task.name() + " is not away, or not yet");
    return task.deputy().descriptors().hold(end);
  }

  @Override
  public boolean hasCome(int number) throws IOException {
    fifo(number);
    try (OwnDescriptor end = task.deputy().descriptors().duplicate(number)) {
      return end.hasMet();
    }
  }

  @Override
  public void giveUp(int number) throws IOException {
    fifo(number);
    task.deputy().descriptors().close(number);
  }

  private void fifo(int number) throws IOException {
    if (!Descriptor.of(task.deputy().pid(), number).isFifo())
      throw new IOException("descriptor " + number + " of the deputy is no FIFO");
  }
}
