package io.sojourn.examples.opt;

import io.sojourn.examples.Meeting;
import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of the programs that compute for {@link Opt}: it does what its master tells it. */
public final class Slave implements Program {
  private static final int EVALUATIONS_A_LINE = 10;

  public static void main(String[] args) {
    Program.main(new Slave(), args);
  }

  @Override
  public String usage() {
    return """
        usage: Slave --rank R --meeting DIR [options]
          --rank R        which of the slaves, from 1
          --meeting DIR   where it tells its master where it listens
          --address A     this machine's, at which the master reaches it (127.0.0.1)
          --log FILE      a line each ten evaluations is appended here
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    options.required("--rank");
    int rank = options.count("--rank", 1);
    InetAddress address = InetAddress.getByName(options.text("--address").orElse("127.0.0.1"));
    Meeting meeting = new Meeting(Path.of(options.required("--meeting")), address);
    try (OutputStream log = log(options.path("--log"));
        Wire wire = new Wire(meeting.await(rank))) {
      out.println("evaluations " + work(wire, log));
    }
    return 0;
  }

  /** Returns how many evaluations it was told to do. */
  private static long work(Wire wire, OutputStream log) throws IOException {
    Training training = wire.receiveTraining();
    Network network = training.network();
    TrainingSet set = training.set();
    List<Part> parts = new ArrayList<>();
    int first = wire.receivePart(), end = wire.receivePart();
    for (int number = first; number < end; number++) parts.add(new Part(network, set, number));
    double[] weights = new double[network.size()];
    Sums sums = new Sums(network.size());
    long evaluation = 1;
    while (wire.receive(evaluation, weights)) {
      for (Part part : parts) {
        part.compute(weights, sums);
        wire.send(evaluation, sums.error);
        wire.send(evaluation, sums.gradient);
      }
      wire.flush();
      if (evaluation % EVALUATIONS_A_LINE == 0)
        log.write(("evaluation " + evaluation + "\n").getBytes(StandardCharsets.US_ASCII));
      evaluation++;
    }
    return evaluation - 1;
  }

  private static OutputStream log(Optional<Path> file) throws IOException {
    return file.isEmpty()
        ? OutputStream.nullOutputStream()
        : Files.newOutputStream(file.get(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
