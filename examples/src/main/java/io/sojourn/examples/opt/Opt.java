package io.sojourn.examples.opt;

import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * A neural network classifier trained by conjugate gradients: the kind of program that MPVM's
 * authors measured migrations on (Casas et al., MPVM: A Migration Transparent Version of PVM,
 * 1995).
 *
 * <p>Its final weights have the same bits in every run with the same options, on every JDK since 17
 * and with any number of threads: floating point is strict, {@link StrictMath} and {@link
 * java.util.Random} are specified to the bit, and no sum's order depends on timing. So whether a
 * checkpoint and a restore have changed anything at all is one comparison of two files.
 */
public final class Opt implements Program {
  private static final int INPUTS = 64;
  private static final int CLASSES = 16;

  public static void main(String[] args) {
    Program.main(new Opt(), args);
  }

  @Override
  public String usage() {
    return """
        usage: Opt --log FILE --weights FILE [options]
          --log FILE      progress is appended here: iteration, error, milliseconds
          --weights FILE  final weights: doubles, big-endian
          --exemplars N   size of the training set (6000)
          --iterations N  (300)
          --hidden N      hidden units of the network (32)
          --threads T     the result is the same with any number (1)
          --seed S        of the training set and of the first weights (1)
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    Path log = Path.of(options.required("--log"));
    Path weightsFile = Path.of(options.required("--weights"));
    int exemplars = options.count("--exemplars", 6000);
    int iterations = options.count("--iterations", 300);
    int threads = options.count("--threads", 1);
    long seed = options.number("--seed", 1, Long.MIN_VALUE);
    Network network = new Network(INPUTS, options.count("--hidden", 32), CLASSES);
    TrainingSet set = TrainingSet.generate(seed, exemplars, INPUTS, CLASSES);
    try (TrainingError error = new TrainingError(network, set, threads);
        ProgressLog progress = new ProgressLog(log)) {
      ConjugateGradient training = new ConjugateGradient(error, network.initialWeights(~seed));
      for (int i = 1; i <= iterations; i++) {
        if (stop.told()) {
          err.println("Opt: stopped before iteration " + i);
          return 1;
        }
        progress.add(i, training.iterate());
      }
      Weights weights = Weights.of(training.point());
      weights.write(weightsFile);
      out.println("error " + training.value());
      out.println("weights sha-256 " + weights.digest());
    }
    return 0;
  }
}
