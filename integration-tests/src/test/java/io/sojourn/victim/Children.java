package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.io.BufferedReader;
import java.io.BufferedWriter;

/** Talks with child processes, and waits for the end of one. */
public final class Children {
  public static void main(String[] args) throws Exception {
    Process cat = new ProcessBuilder("cat").start();
    BufferedWriter to = cat.outputWriter();
    BufferedReader from = cat.inputReader();
    Process family =
        new ProcessBuilder("sh", "-c", "sleep 1000 & read line; kill $!; exit 7").start();
    int[] round = {0};
    Control.serve(
        question -> {
          if (question.equals("end")) {
            family.outputWriter().append("go\n").close();
            to.close();
            return family.waitFor() + " " + cat.waitFor();
          }
          String line = "line " + round[0]++;
          to.write(line + "\n");
          to.flush();
          String back = from.readLine();
          require(line.equals(back), back);
          require(family.isAlive(), "the family has ended");
          return line;
        });
  }

  private Children() {}
}
