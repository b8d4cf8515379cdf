package io.sojourn.examples.opt;

import io.sojourn.examples.Meeting;
import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import io.sojourn.examples.UsageException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;

/**
 * A neural network classifier trained by conjugate gradients: the kind of program that MPVM's
 * authors measured migrations on (Casas et al., MPVM: A Migration Transparent Version of PVM,
 * 1995).
 *
 * <p>Its final weights have the same bits in every run with the same options, on every JDK since 17
 * and with any number of threads, or of slaves on several machines, whose sums are added up in a
 * fixed order: floating point is strict, {@link StrictMath} and {@link java.util.Random} are
 * specified to the bit, and no sum's order depends on timing. So whether a checkpoint and a restore
 * have changed anything at all is one comparison of two files.
 */
public final class Opt implements Program {
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
          --slaves N      compute instead: programs of their own, at most 16 (none)
          --meeting DIR   where they tell where they listen
          --seed S        of the training set and of the first weights (1)
          --finish-early  SIGTERM ends it well, with the weights of the iteration it is in
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    Path log = Path.of(options.required("--log"));
    Path weightsFile = Path.of(options.required("--weights"));
    int exemplars = options.count("--exemplars", 6000);
    int iterations = options.count("--iterations", 300);
    long seed = options.number("--seed", 1, Long.MIN_VALUE);
    Training training = new Training(seed, exemplars, options.count("--hidden", 32));
    Workers workers = workers(options, training);
    try (TrainingError error = new TrainingError(training.network(), exemplars, workers);
        ProgressLog progress = new ProgressLog(log)) {
      ConjugateGradient descent = new ConjugateGradient(error, training.firstWeights());
      int done = 0;
      while (done < iterations && !stop.told()) progress.add(++done, descent.iterate());
      if (done < iterations && !options.has("--finish-early")) {
        err.println("Opt: stopped before iteration " + (done + 1));
        return 1;
      }
      Weights weights = Weights.of(descent.point());
      weights.write(weightsFile);
      out.println("iterations " + done);
      out.println("error " + descent.value());
      out.println("weights sha-256 " + weights.digest());
    }
    return 0;
  }

  private static Workers workers(Options options, Training training) throws Exception {
    if (!options.has("--slaves"))
      return new Threads(training.network(), training.set(), options.count("--threads", 1));
    int slaves = options.count("--slaves", 1);
    if (slaves > Part.COUNT)
      throw new UsageException("--slaves: at most " + Part.COUNT + ": " + slaves);
    Path meeting = Path.of(options.required("--meeting"));
    return new Slaves(new Meeting(meeting, InetAddress.getLoopbackAddress()), slaves, training);
  }
}
