package io.sojourn.victim;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Opens FIFOs as it is told to, each end in a thread of its own, which waits as open(2) does; reads
 * its stdin when it is asked to.
 */
public final class FifoEnds {
  private static final Map<String, BlockingQueue<String>> lines = new ConcurrentHashMap<>();
  private static final Map<String, CompletableFuture<OutputStream>> outputs =
      new ConcurrentHashMap<>();

  private FifoEnds() {}

  public static void main(String[] arguments) throws Exception {
    Control.serve(question -> answer(question.split(" ")));
  }

  private static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "read": // NAME FIFO
        BlockingQueue<String> to = new LinkedBlockingQueue<>();
        lines.put(words[1], to);
        begin(() -> read(words[2], to));
        return "begun";
      case "line": // NAME
        String line = Objects.requireNonNull(lines.get(words[1])).poll(20, TimeUnit.SECONDS);
        return line == null ? "nothing" : line;
      case "now": // NAME
        return "" + Objects.requireNonNull(lines.get(words[1])).poll();
      case "stdin": // all of it
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8).replace('\n', ' ');
      case "write": // NAME FIFO
        CompletableFuture<OutputStream> output = new CompletableFuture<>();
        outputs.put(words[1], output);
        begin(() -> open(words[2], output));
        return "begun";
      case "opened": // NAME
        return "" + Objects.requireNonNull(outputs.get(words[1])).isDone();
      case "say": // NAME LINE
        output(words[1]).write((words[2] + "\n").getBytes(StandardCharsets.UTF_8));
        return "said";
      case "close": // NAME
        output(words[1]).close();
        return "closed";
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  private static OutputStream output(String name) throws Exception {
    return Objects.requireNonNull(outputs.get(name)).get(20, TimeUnit.SECONDS);
  }

  private static void begin(Runnable work) {
    Thread thread = new Thread(work, "end");
    thread.setDaemon(true);
    thread.start();
  }

  private static void read(String path, BlockingQueue<String> to) {
    try (BufferedReader from =
        new BufferedReader(
            new InputStreamReader(new FileInputStream(path), StandardCharsets.UTF_8))) {
      to.add("open");
      for (String line; (line = from.readLine()) != null; ) to.add(line);
    } catch (IOException failure) {
      to.add("failure " + failure);
      return;
    }
    // It is closed: who opens it for writing now does not meet this reader.
    to.add("end");
  }

  private static void open(String path, CompletableFuture<OutputStream> output) {
    try {
      output.complete(new FileOutputStream(path));
    } catch (IOException failure) {
      output.completeExceptionally(failure);
    }
  }
}
