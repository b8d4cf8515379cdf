package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends random bytes in random portions, takes its time to hand on what comes, and checks the echo.
 * What it has not handed on when its session is taken apart comes again, as to any end of a stream.
 */
final class Speaker implements StreamEnd {
  final CompletableFuture<Long> done = new CompletableFuture<>();
  private final Random sending;
  private final Random checking;
  private final Random pace;
  private long toSend;
  private long received;
  private final long total;
  private ByteString notHandedOn = ByteString.EMPTY;
  private int session;
  private @Nullable ByteStream stream;

  Speaker(long seed, long total) {
    this.sending = new Random(seed);
    this.checking = new Random(seed);
    this.pace = new Random(~seed);
    this.total = total;
    this.toSend = total;
  }

  Speaker of(ByteStream stream) {
    this.stream = stream;
    return this;
  }

  ByteStream stream() {
    if (stream == null) throw new IllegalStateException();
    return stream;
  }

  void speak() {
    while (toSend > 0 && stream().writable()) {
      byte[] bytes = new byte[(int) Math.min(toSend, 1 + pace.nextInt(20_000))];
      for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) sending.nextInt();
      toSend -= bytes.length;
      stream().send(ByteString.copyFrom(bytes));
      if (toSend == 0) stream().finish();
    }
  }

  @Override
  public void writable() {
    speak();
  }

  @Override
  public void data(ByteString bytes) {
    notHandedOn = notHandedOn.concat(bytes);
    if (pace.nextInt(4) == 0) later(pace.nextInt(3), () -> handOn(bytes.size()));
    else handOn(bytes.size());
  }

  private void handOn(int most) {
    int count = Math.min(most, notHandedOn.size());
    for (int i = 0; i < count; i++)
      if (notHandedOn.byteAt(i) != (byte) checking.nextInt())
        done.completeExceptionally(new AssertionError("wrong byte at " + (received + i)));
    received += count;
    notHandedOn = notHandedOn.substring(count);
    stream().consumed(count);
  }

  @Override
  public void ended() {
    later(
        5,
        () -> {
          handOn(notHandedOn.size());
          stream().endConsumed();
          if (received == total) done.complete(received);
          else done.completeExceptionally(new AssertionError(received + " of " + total));
        });
  }

  /** Unless the session is taken apart before. */
  private void later(int millis, Runnable step) {
    int now = session;
    stream()
        .loop()
        .schedule(
            () -> {
              if (now == session) step.run();
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void freeze() {
    session++;
    notHandedOn = ByteString.EMPTY;
  }

  @Override
  public void reset(int error) {
    done.completeExceptionally(new AssertionError("reset: " + error));
  }
}
