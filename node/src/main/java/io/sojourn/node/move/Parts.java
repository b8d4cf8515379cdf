package io.sojourn.node.move;

import com.google.protobuf.ByteString;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.move.DepartPart;
import io.sojourn.protocol.move.DepartResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.concurrent.locks.LockSupport;

/**
 * A departure's answer, in as many messages as it takes: in busy connections there are tens of
 * megabytes. Neither side has it in memory a second time.
 */
final class Parts {
  private static final int LARGEST = 1 << 20;

  /**
   * Nobody is told when the other side is ready while the call that is answered is being served.
   */
  private static final long LOOK_NANOS = 500_000;

  private Parts() {}

  /** When this returns, the other side has taken the most of them. */
  static void say(DepartResponse whole, CallStreamObserver<DepartPart> to) {
    try (OutputStream parts = new BufferedOutputStream(new Saying(to), LARGEST)) {
      whole.writeTo(parts);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static DepartResponse whole(Iterator<DepartPart> parts) {
    try (InputStream bytes = new SequenceInputStream(new Heard(parts))) {
      return DepartResponse.parseFrom(bytes);
    } catch (IOException damaged) {
      throw OperationException.failed(
          "what was on its way came damaged", "use one version on all nodes", damaged);
    }
  }

  private static final class Saying extends OutputStream {
    private final CallStreamObserver<DepartPart> to;

    Saying(CallStreamObserver<DepartPart> to) {
      this.to = to;
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int at = 0; at < length; at += LARGEST) {
        awaitReady();
        to.onNext(
            DepartPart.newBuilder()
                .setBytes(ByteString.copyFrom(bytes, from + at, Math.min(length - at, LARGEST)))
                .build());
      }
    }

    /** Who hangs up is told nothing more. */
    private void awaitReady() {
      while (!to.isReady()) {
        if (to instanceof ServerCallStreamObserver<DepartPart> call && call.isCancelled())
          throw OperationException.failed("home hung up", "see the log of its daemon");
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private record Heard(Iterator<DepartPart> parts) implements Enumeration<InputStream> {
    @Override
    public boolean hasMoreElements() {
      return parts.hasNext();
    }

    @Override
    public InputStream nextElement() {
      return parts.next().getBytes().newInput();
    }
  }
}
