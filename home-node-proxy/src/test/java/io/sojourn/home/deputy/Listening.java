package io.sojourn.home.deputy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A daemon of its own: finds the deputies of a directory, and says what it hears. */
final class Listening {
  private Listening() {}

  public static void main(String[] args) throws Exception {
    for (Deputy deputy : new DeputyDirectory(Path.of(args[0])).find()) {
      deputy.listen(
          new DeputyListener() {
            @Override
            public void signal(DeputySignal signal) {
              say(signal);
            }

            /** The answer comes after the signal was acknowledged. */
            private void say(DeputySignal signal) {
              String what = "signal " + signal.number();
              try {
                deputy.over(signal.serial());
                var said =
                    deputy.closeDescriptor(4711).thenAccept(error -> System.out.println(what));
                if (said.isCompletedExceptionally()) said.join();
              } catch (IOException gone) {
                throw new UncheckedIOException(gone);
              }
            }

            @Override
            public void gone() {
              System.out.println("gone");
            }
          });
      deputy.greeted(DeputyTimes.ANSWER);
      System.out.println("greeted");
    }
    Thread.sleep(Long.MAX_VALUE);
  }
}
