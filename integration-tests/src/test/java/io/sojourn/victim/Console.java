package io.sojourn.victim;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Lives at a terminal, as a program with line editing does. Asked for a command, it runs that at
 * its terminal and tells what it said; asked to "read", it tells what has come from the keyboard:
 * "EOF" at an end of input, "nothing" where nothing came in time. Started with "deaf" it leaves the
 * keyboard to others. Asked to "open", it opens /dev/tty and keeps that; asked to "tell", it writes
 * to all that it has opened so.
 */
public final class Console {
  private static final BlockingQueue<String> read = new LinkedBlockingQueue<>();

  public static void main(String[] args) throws Exception {
    AtomicInteger resized = new AtomicInteger(), interrupted = new AtomicInteger();
    Signal.handle(new Signal("WINCH"), signal -> resized.incrementAndGet());
    Signal.handle(new Signal("INT"), signal -> interrupted.incrementAndGet());
    Thread reader = new Thread(() -> read(System.in), "keyboard");
    reader.setDaemon(true);
    // Elsewhere an end of input is followed by nothing but more of them, until memory is full.
    boolean deaf = args.length > 0 && args[0].equals("deaf");
    if (!deaf && Files.readSymbolicLink(Path.of("/proc/self/fd/0")).startsWith("/dev/pts"))
      reader.start();
    List<RandomAccessFile> opened = new ArrayList<>();
    Control.serve(
        question -> {
          switch (question) {
            case "read":
              String came = read.poll(10, TimeUnit.SECONDS);
              return came == null ? "nothing" : came;
            case "open":
              opened.add(new RandomAccessFile("/dev/tty", "rw"));
              return "" + opened.size();
            case "resized":
              return "" + resized.get();
            case "interrupted":
              return "" + interrupted.get();
            default:
              if (question.startsWith("say ")) return say(question.substring(4));
              return question.startsWith("tell ") ? tell(opened, question) : run(question);
          }
        });
  }

  /** Goes on after an end of input: at a terminal more may follow. */
  private static void read(InputStream from) {
    byte[] bytes = new byte[4096];
    try {
      while (true) {
        int count = from.read(bytes);
        read.add(count < 0 ? "EOF" : new String(bytes, 0, count, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      read.add(e.toString());
    }
  }

  private static String say(String text) {
    System.out.println(text);
    return text;
  }

  private static String tell(List<RandomAccessFile> opened, String what) throws IOException {
    for (int i = 0; i < opened.size(); i++)
      opened.get(i).write((what + " by " + i + "\n").getBytes(StandardCharsets.UTF_8));
    return what;
  }

  private static String run(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectInput(Redirect.INHERIT)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said.strip() + (process.waitFor() == 0 ? "" : " status " + process.exitValue());
  }

  private Console() {}
}
