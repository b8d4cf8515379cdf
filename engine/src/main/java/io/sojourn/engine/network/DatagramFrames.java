package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.protocol.connection.Datagram;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Datagrams in a stream of bytes: each after its length in four bytes. */
public final class DatagramFrames {
  private static final int MAX_FRAME = 1 << 17;

  private ByteString pending = ByteString.EMPTY;

  public static ByteString of(Datagram datagram) {
    ByteString body = datagram.toByteString();
    ByteBuffer length = ByteBuffer.allocate(4).putInt(0, body.size());
    return ByteString.copyFrom(length).concat(body);
  }

  /**
   * The datagrams that are complete now.
   *
   * @throws InvalidProtocolBufferException where the bytes are no such stream
   */
  public List<Datagram> take(ByteString bytes) throws InvalidProtocolBufferException {
    pending = pending.concat(bytes);
    List<Datagram> complete = new ArrayList<>();
    while (pending.size() >= 4) {
      int length = pending.substring(0, 4).asReadOnlyByteBuffer().getInt();
      if (length < 0 || length > MAX_FRAME)
        throw new InvalidProtocolBufferException("a datagram of " + length + " bytes");
      if (pending.size() < 4 + length) break;
      complete.add(Datagram.parseFrom(pending.substring(4, 4 + length)));
      pending = pending.substring(4 + length);
    }
    return complete;
  }
}
