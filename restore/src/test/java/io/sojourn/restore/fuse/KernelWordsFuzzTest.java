package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Request;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the kernel, or somebody in its place, says, and what home answers, is refused or understood.
 * Runs the corpus beside it; with JAZZER_FUZZ=1 it looks for more.
 */
class KernelWordsFuzzTest {
  @FuzzTest
  void requests(byte[] data) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(Math.max(64, data.length));
    buffer.order(ByteOrder.nativeOrder()).put(0, data);
    try {
      FuseRequest in = FuseRequest.of(buffer, data.length, new ContentArrays());
      Request.Builder request = Request.newBuilder();
      if (ToHome.translate(in, request))
        assertThat(request.build().getSerializedSize()).isLessThan(2 * data.length + 200);
    } catch (MalformedRequestException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void answers(FuzzedDataProvider data) {
    int opcode = data.consumeInt(0, 60), size = data.consumeInt();
    ByteBuffer header = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
    header.putInt(0, FuseRequest.HEADER).putInt(4, opcode).putLong(8, 42);
    try {
      Pending asked =
          new Pending(
              closed(),
              FuseRequest.of(header, FuseRequest.HEADER, new ContentArrays()),
              size,
              Request.newBuilder());
      Answer answer = Answer.parseFrom(data.consumeRemainingAsBytes());
      FuseReply out = new FuseReply();
      int length = new ToKernel(true).translate(asked, answer, true, out);
      assertThat(length).isBetween(FuseReply.HEADER, FuseReply.MOST);
      assertThat(out.memory().bytes().getInt(0)).isEqualTo(length);
      assertThat(out.memory().bytes().getInt(4)).isBetween(-511, 0);
    } catch (InvalidProtocolBufferException | MalformedRequestException refused) {
      assertThat(refused).isNotNull();
    }
  }

  private static FuseChannel closed() {
    FuseChannel channel = FuseChannel.of(-1);
    channel.close();
    return channel;
  }
}
