package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ContentArraysTest {
  private final ContentArrays arrays = new ContentArrays();

  @Test
  void anArrayIsUsedAgainWhenItWasGivenBack() {
    ContentArrays.Lent first = arrays.take(), second = arrays.take();
    assertThat(second.bytes()).isNotSameAs(first.bytes());
    byte[] bytes = first.bytes();
    first.giveBack();
    ContentArrays.Lent third = arrays.take();
    assertThat(third.bytes()).isSameAs(bytes);
    // It has it no more: the third's must not be given to anybody else.
    first.giveBack();
    assertThat(arrays.take().bytes()).isNotSameAs(bytes);
  }

  @Test
  void whatIsWrittenInALargePieceOutlivesTheNextRequest() throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(FuseRequest.HEADER + ContentArrays.SIZE);
    ByteString kept = written(buffer, (byte) 1, ContentArrays.SIZE).content(0, ContentArrays.SIZE);
    FuseRequest next = written(buffer, (byte) 2, ContentArrays.SIZE);
    assertThat(next.content(0, ContentArrays.SIZE).byteAt(ContentArrays.SIZE - 1))
        .isEqualTo((byte) 2);
    assertThat(kept.byteAt(ContentArrays.SIZE - 1)).isEqualTo((byte) 1);
    assertThat(next.lent()).isNotNull();
  }

  @Test
  void aLittleIsCopied() throws Exception {
    FuseRequest in = written(ByteBuffer.allocateDirect(1000), (byte) 3, 100);
    assertThat(in.content(0, 100).byteAt(99)).isEqualTo((byte) 3);
    assertThat(in.lent()).isNull();
  }

  private FuseRequest written(ByteBuffer buffer, byte content, int size) throws Exception {
    buffer.order(ByteOrder.nativeOrder()).putInt(0, FuseRequest.HEADER + size);
    for (int i = 0; i < size; i++) buffer.put(FuseRequest.HEADER + i, content);
    return FuseRequest.of(buffer, FuseRequest.HEADER + size, arrays);
  }
}
