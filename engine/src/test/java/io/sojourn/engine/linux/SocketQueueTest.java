package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The queue of a unix socket, looked at by one process after another. */
class SocketQueueTest {
  private final Reservoir.Mark mark =
      new Reservoir.Mark() {
        private final AtomicLong value = new AtomicLong();

        @Override
        public long get() {
          return value.get();
        }

        @Override
        public void set(long mark) {
          value.set(mark);
        }
      };

  private final RawSocket[] ends = RawSocket.unixPair();
  private final UnixPeers peers = UnixPeers.here();
  private final Reservoir counted = Reservoir.create(mark);

  @BeforeEach
  void write() {
    send("first second third");
  }

  @AfterEach
  void close() {
    counted.close();
    peers.close();
    for (RawSocket end : ends) end.close();
  }

  private void send(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    ends[0].send(bytes, bytes.length);
  }

  private String look(KeptInput queue, int most) throws Exception {
    ByteBuffer some = ByteBuffer.allocateDirect(most);
    int count = queue.look(some);
    if (count < 0) return "end";
    byte[] bytes = new byte[count];
    if (count > 0) some.get(0, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private String left() {
    byte[] all = new byte[100];
    int count = ends[1].receive(all, all.length, 0x40);
    return new String(all, 0, Math.max(0, count), StandardCharsets.US_ASCII);
  }

  @Test
  void whatWasLookedAtStaysUntilItIsDropped() throws Exception {
    KeptInput queue = counted.queueOf(ends[1]);
    assertThat(look(queue, 6)).isEqualTo("first ");
    assertThat(look(queue, 7)).isEqualTo("second ");
    assertThat(queue.drop(6)).isEqualTo(6);
    assertThat(look(queue, 100)).isEqualTo("third");
    assertThat(look(queue, 100)).isEmpty();
    send(" fourth");
    assertThat(look(queue, 100)).isEqualTo(" fourth");
    ends[0].shutdownOutput();
    assertThat(look(queue, 100)).isEqualTo("end");
    queue.release();
    assertThat(left()).isEqualTo("second third fourth");
  }

  @Test
  void itGoesOnAfterARelease() throws Exception {
    KeptInput queue = counted.queueOf(ends[1]);
    assertThat(look(queue, 6)).isEqualTo("first ");
    queue.release();
    assertThat(queue.drop(2)).isEqualTo(2);
    assertThat(look(queue, 100)).isEqualTo("second third");
    assertThat(queue.drop(100)).isEqualTo(16);
    assertThat(left()).isEmpty();
  }

  @Test
  void theNextProcessKnowsWhereItIs() throws Exception {
    KeptInput queue = counted.queueOf(ends[1]);
    look(queue, 100);
    queue.drop(6);
    assertThat(counted.behind()).isEqualTo(6);
    Reservoir next = Reservoir.found(Path.of("/proc/self/fd/" + counted.descriptor()), mark);
    assertThat(next.behind()).isEqualTo(6);
    assertThat(look(next.queueOf(ends[1]), 6)).isEqualTo("second");
    next.close();
  }

  @Test
  void theKernelSaysWhoIsConnectedAndWhatWaits() {
    long ours = Descriptor.ofOurs(ends[0].descriptor()).inode();
    long theirs = Descriptor.ofOurs(ends[1].descriptor()).inode();
    assertThat(peers.peer(ours)).hasValue(theirs);
    assertThat(peers.unread(theirs)).hasValue(18);
    assertThat(peers.unread(ours)).hasValue(0);
    ends[1].close();
    assertThat(peers.peer(ours)).hasValue(0);
    assertThat(peers.unread(theirs)).isEmpty();
  }
}
