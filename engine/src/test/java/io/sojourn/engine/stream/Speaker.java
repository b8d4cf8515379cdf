package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends random bytes in random portions, takes its time to consume, and checks the echo. */
final class Speaker implements StreamEnd {
  final CompletableFuture<Long> done = new CompletableFuture<>();
  private final Random sending;
  private final Random checking;
  private final Random pace;
  private long toSend;
  private long received;
  private final long total;
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
    for (int i = 0; i < bytes.size(); i++)
      if (bytes.byteAt(i) != (byte) checking.nextInt())
        done.completeExceptionally(new AssertionError("wrong byte at " + (received + i)));
    received += bytes.size();
    if (pace.nextInt(4) == 0)
      stream()
          .loop()
          .schedule(() -> stream().consumed(bytes.size()), pace.nextInt(3), TimeUnit.MILLISECONDS);
    else stream().consumed(bytes.size());
  }

  @Override
  public void ended() {
    stream().loop().schedule(() -> stream().endConsumed(), 5, TimeUnit.MILLISECONDS);
    if (received == total) done.complete(received);
    else done.completeExceptionally(new AssertionError(received + " of " + total));
  }

  @Override
  public void reset(int error) {
    done.completeExceptionally(new AssertionError("reset: " + error));
  }
}
