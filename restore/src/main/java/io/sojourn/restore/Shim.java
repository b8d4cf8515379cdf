package io.sojourn.restore;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.linux.TcpRepair;
import io.sojourn.engine.operation.OperationException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The other end of {@code ckpt-shim run}: it tells, a line each, how far the restore is, and waits
 * at the gate for our word. Closing it before that word makes CRIU give up without a trace; after
 * the restore it does nothing: the shim lives on by itself.
 */
public final class Shim implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(5);

  private final Process process;
  private final BufferedReader lines;
  private String last = "";
  private int world;

  private Shim(Process process) {
    this.process = process;
    this.lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  public static Shim start(List<String> command, Path log) {
    try {
      return new Shim(new ProcessBuilder(command).redirectError(log.toFile()).start());
    } catch (IOException e) {
      throw OperationException.failed(
          command.get(0) + " cannot be run: " + e.getMessage(), "see ckpt doctor", e);
    }
  }

  /**
   * Waits until the shim says {@code word}, and gives the number behind it; -1 where the restore
   * ended otherwise.
   */
  public int await(String word) {
    try {
      for (String line; (line = lines.readLine()) != null; ) {
        last = line;
        if (line.startsWith("failed")) return -1;
        if (line.startsWith("world ")) world = Integer.parseInt(line.substring(6));
        if (line.startsWith(word + " ")) return Integer.parseInt(line.substring(word.length() + 1));
      }
    } catch (IOException gone) {
      last = gone.toString();
    }
    return -1;
  }

  /** The first process of a clone's namespaces, as we see it; 0 where there are none. */
  public int world() {
    return world;
  }

  /** Completes when nothing of it is left, and so nothing of what it has restored. */
  public CompletableFuture<Void> ended() {
    return process.onExit().thenAccept(gone -> {});
  }

  /** What it said last. */
  public String last() {
    return last;
  }

  /** Opens the gate. */
  public void goOn() {
    try {
      process.getOutputStream().write('y');
      process.getOutputStream().flush();
    } catch (IOException gone) {
      // Then it does not say "done" either.
    }
  }

  /** Lets the gate stay shut, and gives what the shim says at its end. */
  public String giveUp() {
    try {
      process.getOutputStream().close();
    } catch (IOException gone) {
      // It hears the end all the same.
    }
    await("done");
    return last;
  }

  /**
   * Kills CRIU with all that it has made, so that peers hear nothing of it: the connections are the
   * frozen task's, which will be restored once more. The shim tells that it failed and ends; one
   * that does not is killed too.
   */
  public void abort() {
    int shim = (int) process.pid();
    List<Integer> made = Proc.tree(shim).stream().filter(pid -> pid != shim).toList();
    made.forEach(TcpRepair::on);
    made.forEach(pid -> Signals.send(pid, Signals.KILL));
    try {
      if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) process.destroyForcibly();
    } catch (InterruptedException hurry) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until nothing is left of a restore that was given up. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      lines.transferTo(Writer.nullWriter());
    } catch (IOException gone) {
      // Nobody waits, and nothing is to be heard.
    }
  }
}
