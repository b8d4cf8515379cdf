package io.sojourn.node.move;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
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

/**
 * A departure's answer, in as many messages as it takes: in busy connections there are tens of
 * megabytes. Neither side has it in memory a second time.
 */
final class Parts {
  private static final int LARGEST = 1 << 20;

  private Parts() {}

  static void say(DepartResponse whole, StreamObserver<DepartPart> to) {
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
    private final StreamObserver<DepartPart> to;

    Saying(StreamObserver<DepartPart> to) {
      this.to = to;
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int at = 0; at < length; at += LARGEST)
        to.onNext(
            DepartPart.newBuilder()
                .setBytes(ByteString.copyFrom(bytes, from + at, Math.min(length - at, LARGEST)))
                .build());
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
