package io.sojourn.engine.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CRIU has written of the signals that wait. */
class PendingSignalsTest {
  private static final int INT = 2, USR1 = 10, REAL_TIME = 40;
  private static final int SI_USER = 0, SI_TIMER = -2;
  private static final byte[] MAGIC = {0x19, 0x43, 0x56, 0x54, 0x1b, 0x5e, 0x53, 0x55};

  @TempDir Path images;

  @Test
  void bothQueuesAreCounted() throws Exception {
    write(
        one(10, queue(signal(REAL_TIME, SI_USER), signal(INT, SI_USER), signal(REAL_TIME, -1))),
        one(9, queue(signal(INT, SI_USER), signal(USR1, -6))));
    PendingSignals pending = PendingSignals.of(images, 7);
    assertThat(pending.shared()).isEqualTo(Map.of(INT, 1, REAL_TIME, 2));
    assertThat(pending.first()).isEqualTo(Map.of(INT, 1, USR1, 1));
    assertThat(pending.all()).isEqualTo(Map.of(INT, 2, USR1, 1, REAL_TIME, 2));
  }

  /** The kernel takes them from a process that executes another program. */
  @Test
  void thoseOfTimersAreNot() throws Exception {
    write(
        one(10, queue(signal(REAL_TIME, SI_TIMER), signal(REAL_TIME, SI_USER))),
        one(9, queue(signal(USR1, SI_TIMER))));
    assertThat(PendingSignals.of(images, 7).all()).isEqualTo(Map.of(REAL_TIME, 1));
  }

  @Test
  void whereNoneWaitThereIsNone() throws Exception {
    write(UnknownFieldSet.getDefaultInstance(), one(9, queue()));
    assertThat(PendingSignals.of(images, 7).all()).isEmpty();
  }

  @Test
  void ofAnImageWithoutTheProcessNothingIsKnown() {
    assertThatThrownBy(() -> PendingSignals.of(images, 7)).isInstanceOf(IOException.class);
  }

  /**
   * @param task of the task's core entry
   * @param thread of its first thread's
   */
  private void write(UnknownFieldSet task, UnknownFieldSet thread) throws IOException {
    UnknownFieldSet core =
        UnknownFieldSet.newBuilder()
            .addField(3, message(task))
            .addField(5, message(thread))
            .build();
    ImageEntries.write(images.resolve("core-7.img"), MAGIC, List.of(core));
  }

  private static UnknownFieldSet queue(Field... signals) {
    UnknownFieldSet.Builder queue = UnknownFieldSet.newBuilder();
    for (Field signal : signals) queue.mergeField(1, message(one(1, signal)));
    return queue.build();
  }

  /** A siginfo_t of 128 bytes. */
  private static Field signal(int number, int code) {
    ByteBuffer info = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    info.putInt(0, number).putInt(8, code);
    return Field.newBuilder().addLengthDelimited(ByteString.copyFrom(info.array())).build();
  }

  private static UnknownFieldSet one(int number, UnknownFieldSet field) {
    return one(number, message(field));
  }

  private static UnknownFieldSet one(int number, Field field) {
    return UnknownFieldSet.newBuilder().addField(number, field).build();
  }

  private static Field message(UnknownFieldSet fields) {
    return Field.newBuilder().addLengthDelimited(fields.toByteString()).build();
  }
}
