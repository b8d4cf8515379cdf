package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  private static final int PAGE = 4096;
  private static final int SELF = (int) ProcessHandle.current().pid();

  private final ByteBuffer place = ByteBuffer.allocateDirect(8 * PAGE);
  private final long address =
      Pointer.nativeValue(Native.getDirectBufferPointer(place)) + PAGE - 1 & -PAGE;

  private static ByteBuffer counting(int length) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length + 3).position(3);
    for (int i = 0; i < length; i++) bytes.put((byte) (i % 251 + 1));
    return bytes.position(3);
  }

  private byte at(long offset) {
    return new Pointer(address).getByte(offset);
  }

  @Test
  void partsAreWrittenWhereTheyBelong() throws IOException {
    ByteBuffer bytes = counting(PAGE + 10);
    try (ProcessMemory memory = new ProcessMemory(SELF)) {
      memory.write(
          bytes,
          List.of(
              new ProcessMemory.Part(address, 10),
              new ProcessMemory.Part(address + 3 * PAGE, PAGE)));
    }
    assertThat(at(0)).isEqualTo((byte) 1);
    assertThat(at(9)).isEqualTo((byte) 10);
    assertThat(at(10)).isZero();
    assertThat(at(3 * PAGE)).isEqualTo((byte) 11);
    assertThat(at(4 * PAGE - 1)).isEqualTo((byte) ((PAGE + 9) % 251 + 1));
    assertThat(at(4 * PAGE)).isZero();
  }

  /** As guard pages and code are, for the process itself. */
  @Test
  void alsoWhereTheProcessMayOnlyRead() throws IOException {
    protect(2 * PAGE, PAGE, 1);
    try (ProcessMemory memory = new ProcessMemory(SELF)) {
      List<ProcessMemory.Part> parts = new ArrayList<>();
      for (int page = 0; page < 5; page++)
        parts.add(new ProcessMemory.Part(address + page * PAGE, PAGE));
      memory.write(counting(5 * PAGE), parts);
    } finally {
      protect(2 * PAGE, PAGE, 3);
    }
    for (int i = 0; i < 5 * PAGE; i++) assertThat(at(i)).isEqualTo((byte) (i % 251 + 1));
    assertThat(at(5 * PAGE)).isZero();
  }

  /** In any order, and also what nobody may read. */
  @Test
  void partsAreReadFromWhereTheyAre() throws IOException {
    ByteBuffer bytes = counting(5 * PAGE);
    for (int i = 0; i < 5 * PAGE; i++) new Pointer(address).setByte(i, bytes.get(3 + i));
    ByteBuffer read = ByteBuffer.allocateDirect(4 * PAGE + 10).position(10);
    protect(2 * PAGE, PAGE, 0);
    try (ProcessMemory memory = new ProcessMemory(SELF)) {
      memory.read(
          read,
          List.of(
              new ProcessMemory.Part(address + 4 * PAGE, PAGE),
              new ProcessMemory.Part(address + PAGE, 2 * PAGE),
              new ProcessMemory.Part(address, PAGE)));
    } finally {
      protect(2 * PAGE, PAGE, 3);
    }
    int[] pages = {4, 1, 2, 0};
    for (int i = 0; i < 4 * PAGE; i++)
      assertThat(read.get(10 + i))
          .as("byte %d", i)
          .isEqualTo((byte) ((pages[i / PAGE] * PAGE + i % PAGE) % 251 + 1));
  }

  private void protect(long offset, long length, int protection) {
    Function protect = Function.getFunction("c", "mprotect");
    assertThat(protect.invokeInt(new Object[] {new Pointer(address + offset), length, protection}))
        .isZero();
  }

  @Test
  void whereNothingIsItIsSaid() {
    assertThatThrownBy(
            () -> {
              try (ProcessMemory memory = new ProcessMemory(SELF)) {
                memory.write(counting(PAGE), List.of(new ProcessMemory.Part(PAGE, PAGE)));
              }
            })
        .isInstanceOf(IOException.class);
    assertThatThrownBy(
            () -> {
              try (ProcessMemory memory = new ProcessMemory(SELF)) {
                memory.read(counting(PAGE), List.of(new ProcessMemory.Part(PAGE, PAGE)));
              }
            })
        .isInstanceOf(IOException.class);
  }
}
