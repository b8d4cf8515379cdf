package io.sojourn.examples.opt;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** What is trained, and on what: the same in every program that is told so. */
record Training(long seed, int exemplars, int hidden) {
  private static final int INPUTS = 64;
  private static final int CLASSES = 16;

  Network network() {
    return new Network(INPUTS, hidden, CLASSES);
  }

  TrainingSet set() {
    return TrainingSet.generate(seed, exemplars, INPUTS, CLASSES);
  }

  double[] firstWeights() {
    return network().initialWeights(~seed);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeLong(seed);
    out.writeInt(exemplars);
    out.writeInt(hidden);
  }

  static Training read(DataInputStream in) throws IOException {
    return new Training(in.readLong(), in.readInt(), in.readInt());
  }
}
