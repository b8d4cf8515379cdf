package io.sojourn.examples.opt;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Those that share the work on the parts of a training set. */
interface Workers extends Closeable {

  /**
   * Computes the sums of all parts, whoever computes which.
   *
   * @param sums a place for each part
   */
  void compute(double[] weights, List<Sums> sums) throws IOException;
}
