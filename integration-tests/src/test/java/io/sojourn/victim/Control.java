package io.sojourn.victim;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * How a victim is asked: a question comes as a file, and the answer goes as one. Between two
 * questions nothing of this is open, so the control is in no image, and a victim that was set back
 * to an earlier moment answers all the same.
 */
public final class Control {
  /** What a victim can say. */
  public interface Questions {
    /** An answer; whatever is thrown is one as well, and makes the scenario fail. */
    String answer(String question) throws Throwable;
  }

  private static final Path PLACE = Path.of(System.getProperty("control"));

  private static Runnable afterwards = () -> {};

  private Control() {}

  /** What is done once, when this answer is out: the program's end, say. For who answers. */
  public static void afterwards(Runnable work) {
    afterwards = work;
  }

  /** Answers, on the thread that calls. */
  public static void serve(Questions questions) throws IOException, InterruptedException {
    Path asked = PLACE.resolve("question");
    while (true) {
      if (Files.exists(asked)) {
        try {
          answer(asked, questions);
        } catch (NoSuchFileException answered) {
          // Who is set back to the middle of an answer has given it in another life.
        }
        Runnable next = afterwards;
        afterwards = () -> {};
        next.run();
      }
      Thread.sleep(5);
    }
  }

  private static void answer(Path asked, Questions questions) throws IOException {
    String[] question = Files.readString(asked).split(" ", 2);
    Files.delete(asked);
    Path answer = PLACE.resolve("answer-" + question[0]);
    Path fresh = PLACE.resolve("answer-" + question[0] + ".new");
    Files.writeString(fresh, say(questions, question[1]));
    Files.move(fresh, answer, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String say(Questions questions, String question) {
    try {
      return question.equals("pid")
          ? String.valueOf(ProcessHandle.current().pid())
          : questions.answer(question);
    } catch (Throwable failure) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      return "FAILURE " + trace;
    }
  }

  /** Ends the answer to a question with a failure where something is not as it must be. */
  public static void require(boolean holds, String what) {
    if (!holds) throw new IllegalStateException(what);
  }
}
