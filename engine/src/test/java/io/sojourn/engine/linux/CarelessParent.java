package io.sojourn.engine.linux;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;

/** A process that has a child and does not ask for it. */
final class CarelessParent implements AutoCloseable {
  private final Process process;

  CarelessParent() throws IOException {
    // The child outlives the shell, which would collect it.
    process = new ProcessBuilder("sh", "-c", "sleep 0.3 & echo $!; exec sleep 1000").start();
  }

  int endedChild() throws IOException {
    BufferedReader said = process.inputReader();
    int child = Integer.parseInt(said.readLine());
    await().until(() -> Proc.command((int) process.pid()).equals("sleep"));
    await().until(() -> Proc.state(child) == 'Z');
    return child;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
