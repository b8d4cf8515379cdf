package io.sojourn.victim;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Says on stdout what it is asked to, and says again what comes from stdin, where it waits; closes
 * both when it is asked to.
 */
public final class Streams {
  public static void main(String[] args) throws Exception {
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader in =
                  new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                for (String line; (line = in.readLine()) != null; )
                  System.out.println("read " + line);
                System.out.println("end of stdin");
              } catch (Exception failure) {
                System.out.println("failure " + failure);
              }
            },
            "stdin");
    reader.setDaemon(true);
    reader.start();
    Control.serve(
        question -> {
          System.out.println("out " + question);
          System.err.println("err " + question);
          if (question.equals("close stdin")) System.in.close();
          if (question.equals("close stdout")) System.out.close();
          return question;
        });
  }
}
