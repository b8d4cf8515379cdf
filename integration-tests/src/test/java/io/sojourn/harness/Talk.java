package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.victim.Traveller;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A talk with an echo without pause, at some megabytes a second: a text that both ends know goes
 * there, and must come back, each byte once.
 */
public final class Talk implements AutoCloseable {
  private final String name;
  private final Socket socket;
  private final Thread writing;
  private final Thread reading;
  private volatile boolean over;
  private volatile long sent;
  private volatile long received;
  private volatile String failure = "";

  public Talk(String name, Socket socket) {
    this.name = name;
    this.socket = socket;
    this.writing = start(this::write);
    this.reading = start(this::read);
  }

  private interface Work {
    void run() throws IOException;
  }

  private Thread start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException failed) {
                if (failure.isEmpty()) failure = name + " at " + received + ": " + failed;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void write() throws IOException {
    byte[] bytes = new byte[40_000];
    while (!over) {
      int length = 1 + (int) (sent * 13 % bytes.length);
      for (int i = 0; i < length; i++) bytes[i] = Traveller.text(sent + i);
      socket.getOutputStream().write(bytes, 0, length);
      sent += length;
      LockSupport.parkNanos(3_000_000);
    }
    socket.shutdownOutput();
  }

  private void read() throws IOException {
    byte[] bytes = new byte[50_000];
    for (int count; (count = socket.getInputStream().read(bytes)) >= 0; ) {
      for (int i = 0; i < count; i++)
        if (bytes[i] != Traveller.text(received + i))
          throw new IOException("another byte at " + (received + i));
      received += count;
    }
  }

  /** All of them get on. */
  public static void goOn(List<Talk> talks) {
    long[] before = talks.stream().mapToLong(talk -> talk.received).toArray();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              for (int i = 0; i < before.length; i++) {
                assertThat(talks.get(i).failure).isEmpty();
                assertThat(talks.get(i).received)
                    .as(talks.get(i).name)
                    .isGreaterThan(before[i] + 1_000_000);
              }
            });
  }

  /** Every byte that went there has come back, and then the end. */
  public void settle() throws InterruptedException {
    over = true;
    writing.join(Duration.ofSeconds(60).toMillis());
    reading.join(Duration.ofSeconds(60).toMillis());
    assertThat(failure).isEmpty();
    assertThat(received).as(name).isEqualTo(sent);
    assertThat(reading.isAlive()).as("an end of %s", name).isFalse();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
