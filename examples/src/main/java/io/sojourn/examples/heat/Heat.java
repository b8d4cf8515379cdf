package io.sojourn.examples.heat;

import io.sojourn.examples.Meeting;
import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import io.sojourn.examples.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Heat that spreads over a plate, each strip of which is a program of its own. The temperatures
 * after so many steps have the same bits however many programs there are and however they are
 * delayed: so whether a message was lost or came twice is one comparison of files.
 */
public final class Heat implements Program {
  private static final int STEPS_A_LINE = 100;

  public static void main(String[] args) {
    Program.main(new Heat(), args);
  }

  @Override
  public String usage() {
    return """
        usage: Heat --rank R --meeting DIR --result FILE [options]
          --rank R        which of the strips, from 0
          --ranks N       how many there are (4)
          --meeting DIR   where they tell each other where they listen
          --address A     this machine's, at which the others reach it (127.0.0.1)
          --result FILE   the strip's last temperatures: doubles, big-endian
          --log FILE      a line each hundred steps is appended here
          --rows N        of the whole plate (64)
          --columns N     of the plate (64)
          --steps N       at most; rank 0 ends all of them sooner when it gets SIGTERM (1000000000)
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    int ranks = options.count("--ranks", 4), rows = options.count("--rows", 64);
    int columns = options.count("--columns", 64);
    long rank = Long.parseLong(options.required("--rank"));
    if (rank < 0 || rank >= ranks || rows < ranks)
      throw new UsageException("ranks are from 0 to " + (ranks - 1) + ", each with a row at least");
    Path result = Path.of(options.required("--result"));
    int first = (int) (rows * rank / ranks), end = (int) (rows * (rank + 1) / ranks);
    Strip strip = new Strip(first, end - first, rows, columns);
    InetAddress address = InetAddress.getByName(options.text("--address").orElse("127.0.0.1"));
    Meeting meeting = new Meeting(Path.of(options.required("--meeting")), address);
    try (OutputStream log = log(options.path("--log").orElse(null));
        Neighbour above = rank == 0 ? null : new Neighbour(meeting.find((int) rank - 1), columns);
        Neighbour below =
            rank == ranks - 1 ? null : new Neighbour(meeting.await((int) rank), columns)) {
      long last = options.number("--steps", 1_000_000_000, 1);
      for (long step = 1; step <= last; step++) {
        // Who is furthest from rank 0 hears of it so many steps later.
        if (rank == 0 && stop.told()) last = Math.min(last, step + ranks);
        if (above != null) above.send(step, last, strip.edge(true));
        if (below != null) below.send(step, last, strip.edge(false));
        if (above != null) last = Math.min(last, above.receive(step, strip.beyond(true)));
        if (below != null) below.receive(step, strip.beyond(false));
        strip.step();
        if (step % STEPS_A_LINE == 0)
          log.write(("step " + step + "\n").getBytes(StandardCharsets.US_ASCII));
      }
      write(result, strip.bytes());
      out.println("steps " + last);
    }
    return 0;
  }

  private static OutputStream log(@Nullable Path file) throws IOException {
    return file == null
        ? OutputStream.nullOutputStream()
        : Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** It is there whole or not at all. */
  private static void write(Path file, byte[] bytes) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    Files.write(unfinished, bytes);
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
