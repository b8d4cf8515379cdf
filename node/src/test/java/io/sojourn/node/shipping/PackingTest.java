package io.sojourn.node.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.peer.Piece;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackingTest {
  private static Piece packed(byte[] content) {
    Piece.Builder piece = Piece.newBuilder();
    Packing.pack(ByteBuffer.wrap(content), piece);
    Piece done = piece.build();
    ByteBuffer plain = Packing.unpack(done);
    byte[] again = new byte[plain.remaining()];
    plain.get(again);
    assertThat(again).isEqualTo(content);
    return done;
  }

  @Test
  void zerosCostNothing() {
    Piece piece = packed(new byte[Packing.LARGEST]);
    assertThat(piece.getPacking()).isEqualTo(Piece.Packing.ZERO);
    assertThat(piece.getContent().isEmpty()).isTrue();
  }

  @Test
  void whatDoesNotCompressGoesAsItIs() {
    byte[] random = new byte[Packing.LARGEST];
    new Random(1).nextBytes(random);
    assertThat(packed(random).getPacking()).isEqualTo(Piece.Packing.PLAIN);
    assertThat(packed(Arrays.copyOf(random, 17)).getPacking()).isEqualTo(Piece.Packing.PLAIN);
  }

  @Test
  void theRestIsCompressed() {
    byte[] text =
        "a line of an heap of strings; "
            .repeat(20_000)
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Piece piece = packed(text);
    assertThat(piece.getPacking()).isEqualTo(Piece.Packing.LZ4);
    assertThat(piece.getContent().size()).isLessThan(text.length / 10);
  }

  @Test
  void zerosAreCountedInPages() {
    byte[] content = new byte[3 * Packing.PAGE];
    content[Packing.PAGE + 5] = 1;
    assertThat(Packing.zeros(ByteBuffer.wrap(content))).isEqualTo(Packing.PAGE);
    content[0] = 1;
    assertThat(Packing.zeros(ByteBuffer.wrap(content))).isZero();
  }

  @Test
  void malformedPiecesAreRefused() {
    Piece bomb =
        Piece.newBuilder().setLength(Integer.MAX_VALUE).setPacking(Piece.Packing.ZERO).build();
    Piece negative = Piece.newBuilder().setLength(-1).build();
    Piece tooShort =
        Piece.newBuilder().setLength(5).setContent(ByteString.copyFromUtf8("abc")).build();
    Piece noLz4 =
        Piece.newBuilder()
            .setLength(5)
            .setPacking(Piece.Packing.LZ4)
            .setContent(ByteString.copyFromUtf8("\u00ff\u00ff\u00ff"))
            .build();
    Piece unknown = Piece.newBuilder().setPackingValue(77).build();
    for (Piece piece : new Piece[] {bomb, negative, tooShort, noLz4, unknown})
      assertThatThrownBy(() -> Packing.unpack(piece))
          .isInstanceOf(OperationException.class)
          .hasMessageContaining("malformed");
  }
}
