package io.sojourn.node.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.stub.CallStreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.move.DepartPart;
import io.sojourn.protocol.move.DepartResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartsTest {
  private static final Random random = new Random(1);

  /** Takes so many at once, and more when it is asked a second time. */
  private static final class Slow extends CallStreamObserver<DepartPart> {
    private final int most;
    private final List<DepartPart> parts = new ArrayList<>();
    private int waiting;
    private boolean overrun;

    Slow(int most) {
      this.most = most;
    }

    @Override
    public boolean isReady() {
      boolean ready = waiting < most;
      waiting = ready ? waiting : 0;
      return ready;
    }

    @Override
    public void onNext(DepartPart part) {
      overrun |= ++waiting > most;
      parts.add(part);
    }

    @Override
    public void onError(Throwable never) {
      throw new AssertionError(never);
    }

    @Override
    public void onCompleted() {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }

  private static List<DepartPart> said(DepartResponse whole) {
    Slow taking = new Slow(1);
    Parts.say(whole, taking);
    assertThat(taking.overrun).as("said faster than it was taken").isFalse();
    return taking.parts;
  }

  private static DepartResponse busy() {
    DepartResponse.Builder busy = DepartResponse.newBuilder().setDirectory("/dev/shm/image");
    for (int length : new int[] {0, 1, 5 << 20, 100, (1 << 20) - 3, 3_000_000})
      busy.addConnections(FrozenConnection.newBuilder().setReceived(noise(length)));
    return busy.build();
  }

  private static ByteString noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  @Test
  void theyAreTheWhole() {
    DepartResponse whole = busy();
    List<DepartPart> parts = said(whole);
    assertThat(parts).hasSizeGreaterThan(8);
    assertThat(parts).allSatisfy(part -> assertThat(part.getBytes().size()).isBetween(1, 1 << 20));
    assertThat(Parts.whole(parts.iterator())).isEqualTo(whole);
  }

  @Test
  void whatIsCutOffIsNoAnswer() {
    List<DepartPart> parts = said(busy());
    assertThatThrownBy(() -> Parts.whole(parts.subList(0, 3).iterator()))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("damaged");
  }
}
