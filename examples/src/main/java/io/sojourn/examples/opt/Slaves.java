package io.sojourn.examples.opt;

import io.sojourn.examples.Meeting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs of their own, as the master sees them: each has some neighbouring parts of the training
 * set, is told the weights anew for each evaluation, and answers with the sums of each of its
 * parts.
 */
final class Slaves implements Workers {
  private final List<Wire> wires = new ArrayList<>();
  private long evaluations;

  /** Connects to all of them, once they listen. */
  Slaves(Meeting meeting, int count, Training training) throws IOException, InterruptedException {
    try {
      for (int rank = 1; rank <= count; rank++) {
        Wire wire = new Wire(meeting.find(rank));
        wires.add(wire);
        wire.sendTask(training, firstPart(rank, count), firstPart(rank + 1, count));
      }
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private static int firstPart(int rank, int slaves) {
    return Part.COUNT * (rank - 1) / slaves;
  }

  /** They work side by side; their answers are waited for in their order. */
  @Override
  public void compute(double[] weights, List<Sums> sums) throws IOException {
    evaluations++;
    for (Wire wire : wires) {
      wire.send(evaluations, weights);
      wire.flush();
    }
    for (int rank = 1; rank <= wires.size(); rank++) {
      Wire wire = wires.get(rank - 1);
      int end = firstPart(rank + 1, wires.size());
      for (Sums part : sums.subList(firstPart(rank, wires.size()), end)) receive(wire, part);
    }
  }

  private void receive(Wire wire, Sums part) throws IOException {
    double[] error = new double[1];
    if (!wire.receive(evaluations, error) || !wire.receive(evaluations, part.gradient))
      throw new IOException("a slave has ended");
    part.error = error[0];
  }

  /** Lets all of them end. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Wire wire : wires) {
      try (wire) {
        wire.sendEnd();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) throw failure;
  }
}
