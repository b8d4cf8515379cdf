package io.sojourn.node.move;

import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;

/**
 * The pipes and FIFOs of a task with a deputy. While the task is away its deputy has them; while it
 * is at home it has them alone, so that who is at their other ends sees it close them.
 */
final class PipesAtHome {
  private PipesAtHome() {}

  /** The task is here and has its own. */
  static void giveUp(Deputy deputy) {
    for (Descriptor held : deputy.descriptors().all())
      if (held.isPipe() || held.isFifo()) deputy.giveUp(held.number());
  }

  /**
   * The task is about to live elsewhere: its deputy has them again, under the task's numbers.
   *
   * @param process the task's, which stands still
   */
  static void handTo(Deputy deputy, int process, ImageDirectory image) throws IOException {
    for (Stream stream : image.manifest().getStreamsList())
      if (StreamKind.isPipe(stream)) {
        int number = stream.getDescriptors(0);
        String name = StreamKind.isFifo(stream) ? stream.getPath() : stream.getKey();
        if (isHere(process, number, name) && !isHere(deputy.pid(), number, name))
          hand(deputy, process, number);
      }
  }

  private static boolean isHere(int process, int number, String name) {
    return Descriptor.of(process, number).target().equals(name);
  }

  private static void hand(Deputy deputy, int process, int number) throws IOException {
    try (PidDescriptor task = PidDescriptor.open(process);
        OwnDescriptor pipe = task.duplicate(number)) {
      deputy.descriptors().holdAs(pipe.number(), number);
    }
  }
}
