package io.sojourn.node.demo;

import io.sojourn.engine.operation.OperationException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program of the demo whose output is read, line by line. */
final class Child {
  private static final String END = "\0";

  private final String name;
  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  Child(String name, Process process) {
    this.name = name;
    this.process = process;
    Thread reader = new Thread(this::read, name + "-output");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = output.readLine()) != null; ) lines.add(line);
    } catch (IOException ended) {
      // As good as its end.
    }
    lines.add(END);
  }

  Process process() {
    return process;
  }

  /** The next line that is meant; those before it are passed over. */
  String await(Predicate<String> meant, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    String last = "";
    for (; ; ) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null)
        throw OperationException.failed(
            name + " said nothing of what was waited for within " + limit.toSeconds() + " s",
            last.isEmpty() ? "" : "its last words were: " + last);
      if (line.equals(END))
        throw OperationException.failed(
            name + " ended too early", last.isEmpty() ? "" : "its last words were: " + last);
      if (meant.test(line)) return line;
      last = line;
    }
  }

  /** What has been said and not been read. */
  void passOver() {
    lines.removeIf(line -> !line.equals(END));
  }

  /** The lines that it says within the time. */
  long countWithin(Duration time) throws InterruptedException {
    long deadline = System.nanoTime() + time.toNanos();
    long count = 0;
    for (; ; count++) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) return count;
      if (line.equals(END)) throw OperationException.failed(name + " ended too early", "");
    }
  }

  /** Ends its input, at which it ends in good order. */
  void endInput() throws IOException {
    try (OutputStream input = process.getOutputStream()) {
      input.flush();
    }
  }
}
