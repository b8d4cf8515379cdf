package io.sojourn.benchmarks.probe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Does what it is told, and says how long that took. It is told by a file "question" in its
 * directory, and answers in a file "answer-N": that works wherever it is, and costs nothing while
 * it works.
 */
public final class Probe {
  private static final long LOOK_MILLIS = 2;

  private final Path control;
  private final Ticker ticker = Ticker.started();
  private final Memory memory = new Memory();

  private Probe(Path control) {
    this.control = control;
  }

  /** Takes the directory. */
  public static void main(String[] args) throws Exception {
    new Probe(Path.of(args[0])).serve();
  }

  private void serve() throws Exception {
    Path question = control.resolve("question");
    for (long done = 0; ; ) {
      if (!Files.exists(question)) {
        Thread.sleep(LOOK_MILLIS);
        continue;
      }
      String[] words = Files.readString(question).split(" ");
      long number = Long.parseLong(words[0]);
      if (number == done) {
        Thread.sleep(LOOK_MILLIS);
        continue;
      }
      done = number;
      String answer;
      try {
        answer = answer(words);
      } catch (Exception e) {
        e.printStackTrace();
        answer = "FAILURE " + e;
      }
      Path draft = control.resolve("answer.new");
      Files.writeString(draft, answer);
      Files.move(draft, control.resolve("answer-" + number), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Numbers, separated by blanks. */
  private String answer(String[] words) throws Exception {
    return switch (words[1]) {
      case "pid" -> String.valueOf(ProcessHandle.current().pid());
      case "fill" -> memory.fill(number(words[2]));
      case "hold" -> memory.hold(number(words[2]), words[3]);
      case "change" -> memory.change(number(words[2]));
      case "gap" -> ticker.longestGap();
      case "write" -> FileWork.write(Path.of(words[2]), number(words[3]));
      case "read" -> FileWork.read(Path.of(words[2]));
      case "names" -> FileWork.names(Path.of(words[2]), number(words[3]));
      case "serve" -> TcpServer.started();
      case "listen" -> TcpServer.listensAt(number(words[2]));
      case "reach" -> TcpWork.at(words).reach();
      case "send" -> TcpWork.at(words).send(number(words[4]));
      case "receive" -> TcpWork.at(words).receive(number(words[4]));
      case "ping" -> TcpWork.at(words).ping(number(words[4]));
      case "many" -> TcpWork.at(words).many(number(words[4]));
      default -> throw new IllegalArgumentException(words[1]);
    };
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }
}
