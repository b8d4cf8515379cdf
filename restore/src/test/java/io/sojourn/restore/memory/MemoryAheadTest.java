package io.sojourn.restore.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.MessageLite;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.criu.CriuPagemap;
import io.sojourn.protocol.criu.CriuPagemapHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process whose memory comes is this one; it comes in any order. */
class MemoryAheadTest {
  private static final int PAGE = 4096, PAGES = 2000;
  private static final int LAZY = 2, PRESENT = 4;
  private static final int SELF = (int) ProcessHandle.current().pid();
  private static final int NUMBER = Proc.innermostPid(SELF);

  @TempDir private Path images;
  private final ByteBuffer place = ByteBuffer.allocateDirect((PAGES + 1) * PAGE);
  private final long address =
      Pointer.nativeValue(Native.getDirectBufferPointer(place)) + PAGE - 1 & -PAGE;
  private final byte[] memory = new byte[PAGES * PAGE];
  private final byte[] expected = new byte[PAGES * PAGE];
  private final Home home = new Home();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  /** Whoever has it, and answers when the test says so. */
  private final class Home implements Supply {
    private final List<Part> open = new ArrayList<>();
    private final Random random = new Random(1);
    private Receiver receiver = new Nobody();
    private long mostOpen;
    private boolean whole;

    @Override
    public void to(Receiver memory) {
      receiver = memory;
    }

    @Override
    public synchronized void ask(List<Part> parts, long left) {
      open.addAll(parts);
      mostOpen = Math.max(mostOpen, open.stream().mapToLong(Part::length).sum());
    }

    private synchronized Part any() {
      return open.remove(random.nextInt(open.size()));
    }

    private synchronized boolean isAsked() {
      return !open.isEmpty();
    }

    void answers(int times) {
      for (int i = 0; i < times && isAsked(); i++) {
        Part part = any();
        int at = (int) (part.address() - address);
        byte[] bytes = Arrays.copyOfRange(memory, at, at + part.length());
        boolean zeros = Arrays.equals(bytes, new byte[bytes.length]);
        receiver.arrived(
            part.process(),
            part.address(),
            part.length(),
            zeros ? null : ByteBuffer.wrap(bytes).asReadOnlyBuffer());
      }
    }

    @Override
    public void whole() {
      whole = true;
    }

    @Override
    public void close() {}
  }

  private static final class Nobody implements Supply.Receiver {
    @Override
    public void arrived(int process, long at, int length, @Nullable ByteBuffer content) {
      throw new IllegalStateException();
    }

    @Override
    public void lost(Exception cause) {
      throw new IllegalStateException(cause);
    }
  }

  /** A heap, what is in the image, single pages, zeros, another heap. */
  @BeforeEach
  void image() throws IOException {
    new Random(2).nextBytes(memory);
    Arrays.fill(memory, 1000 * PAGE, 1200 * PAGE, (byte) 0);
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    word(0x54564319, image);
    word(0x56084025, image);
    message(CriuPagemapHead.newBuilder().setPagesId(1).build(), image);
    range(0, 900, LAZY, image);
    range(900, 50, PRESENT, image);
    for (int page = 950; page < 1000; page += 2) range(page, 1, LAZY, image);
    range(1000, 200, LAZY, image);
    range(1250, 700, LAZY, image);
    Files.write(images.resolve("pagemap-" + NUMBER + ".img"), image.toByteArray());
  }

  private void range(int page, int count, int flags, ByteArrayOutputStream image)
      throws IOException {
    message(
        CriuPagemap.newBuilder()
            .setVaddr(address + (long) page * PAGE)
            .setCompatNrPages(0)
            .setNrPages(count)
            .setFlags(flags)
            .build(),
        image);
    if (flags == LAZY) System.arraycopy(memory, page * PAGE, expected, page * PAGE, count * PAGE);
  }

  private static void message(MessageLite message, ByteArrayOutputStream image) throws IOException {
    word(message.getSerializedSize(), image);
    message.writeTo(image);
  }

  private static void word(int value, ByteArrayOutputStream image) {
    image.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private MemoryAhead begin() throws IOException {
    return MemoryAhead.begin(images, images.resolve("early"), home);
  }

  private byte[] inPlace() {
    return new Pointer(address).getByteArray(0, PAGES * PAGE);
  }

  /** None of it, some, and all of it comes before the process is there. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 20, Integer.MAX_VALUE})
  void itIsInItsPlaceWhicheverComesFirst(int before) throws Exception {
    try (MemoryAhead ahead = begin()) {
      assertThat(ahead.bytes()).isEqualTo((900 + 25 + 200 + 700) * (long) PAGE);
      home.answers(before);
      assertThat(home.mostOpen).isPositive().isLessThanOrEqualTo(Pace.MOST);
      assertThat(inPlace()).as("not before it is there").isEqualTo(new byte[PAGES * PAGE]);
      CompletableFuture<Void> puts = CompletableFuture.runAsync(() -> ahead.into(SELF, gone));
      while (!puts.isDone()) home.answers(1);
      puts.join();
      assertThat(home.whole).isTrue();
      assertThat(inPlace()).isEqualTo(expected);
    }
    assertThat(images.resolve("early")).doesNotExist();
  }

  @Test
  void itIsWaitedForUntilTheProcessesEnd() throws Exception {
    try (MemoryAhead ahead = begin()) {
      home.answers(5);
      CompletableFuture<Void> puts = CompletableFuture.runAsync(() -> ahead.into(SELF, gone));
      Thread.sleep(100);
      assertThat(puts).isNotDone();
      gone.complete(null);
      assertThatThrownBy(puts::join).hasMessageContaining("before all of the task's memory");
    }
  }

  @Test
  void whereHomeHasItNoMoreThatIsSaid() throws Exception {
    try (MemoryAhead ahead = begin()) {
      home.answers(5);
      home.receiver.lost(OperationException.failed("home has it no more", "restore it"));
      assertThatThrownBy(() -> ahead.into(SELF, gone))
          .isInstanceOf(OperationException.class)
          .hasMessageContaining("home has it no more");
    }
  }

  @Test
  void whatWasNotAskedForIsNotTaken() throws Exception {
    try (MemoryAhead ahead = begin()) {
      home.receiver.arrived(NUMBER, address + 1999L * PAGE, PAGE, ByteBuffer.wrap(new byte[PAGE]));
      assertThatThrownBy(() -> ahead.into(SELF, gone)).hasMessageContaining("not asked for");
    }
  }

  @Test
  void whereNothingIsMissingNothingIsAsked(@TempDir Path whole) throws Exception {
    try (MemoryAhead ahead = MemoryAhead.begin(whole, whole.resolve("early"), home)) {
      ahead.into(SELF, gone);
      assertThat(home.whole).isTrue();
      assertThat(home.isAsked()).isFalse();
    }
  }
}
