package io.sojourn.node.move;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.move.DepartPart;
import io.sojourn.protocol.move.DepartResponse;
import java.util.Iterator;

/** A departure's answer, in as many messages as it takes: a busy connection has megabytes in it. */
final class Parts {
  private static final int LARGEST = 1 << 20;

  private Parts() {}

  static void say(DepartResponse whole, StreamObserver<DepartPart> to) {
    ByteString bytes = whole.toByteString();
    for (int at = 0; at < bytes.size(); at += LARGEST)
      to.onNext(
          DepartPart.newBuilder()
              .setBytes(bytes.substring(at, Math.min(bytes.size(), at + LARGEST)))
              .build());
  }

  static DepartResponse whole(Iterator<DepartPart> parts) {
    ByteString bytes = ByteString.EMPTY;
    while (parts.hasNext()) bytes = bytes.concat(parts.next().getBytes());
    try {
      return DepartResponse.parseFrom(bytes);
    } catch (InvalidProtocolBufferException damaged) {
      throw OperationException.failed(
          "what was on its way came damaged", "use one version on all nodes", damaged);
    }
  }
}
