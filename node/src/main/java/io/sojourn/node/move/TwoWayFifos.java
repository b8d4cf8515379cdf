package io.sojourn.node.move;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * FIFOs that a task has open in both directions, often so that it never sees an end. Elsewhere it
 * would write to itself alone, and others at home to nobody.
 */
final class TwoWayFifos {
  private TwoWayFifos() {}

  /** Refuses where a task, or a process of it, has one. */
  static void refuse(int pid, String name) {
    Set<String> read = new HashSet<>();
    List<Descriptor> fifos =
        Proc.tree(pid).stream()
            .flatMap(each -> Descriptor.of(each).stream())
            .filter(Descriptor::isFifo)
            .toList();
    fifos.stream().filter(Descriptor::readable).map(Descriptor::target).forEach(read::add);
    for (Descriptor fifo : fifos)
      if (fifo.writable() && read.contains(fifo.target()))
        throw OperationException.refused(
            "task "
                + name
                + " has the FIFO "
                + fifo.path()
                + " open for reading and for writing (descriptor "
                + fifo.number()
                + " of process "
                + fifo.pid()
                + "): what others write into it would not reach it elsewhere",
            "have the program open it for one of both, or close it before");
  }
}
