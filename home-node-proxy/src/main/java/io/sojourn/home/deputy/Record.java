package io.sojourn.home.deputy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a deputy and the daemon say to each other: 64 bytes, little-endian. Mirrors
 * agent-native/src/deputy/record.h.
 *
 * @param kind one of the constants
 * @param value a signal, status, descriptor, errno value or version, by kind
 * @param number of a signal or an order
 * @param rest 48 bytes, by kind
 */
record Record(int kind, int value, long number, ByteBuffer rest) {
  static final int SIZE = 64;
  static final int VERSION = 2;

  static final int HELLO = 1;
  static final int SIGNAL = 2;
  static final int DONE = 3;
  static final int ACKNOWLEDGE = 16;
  static final int EXIT = 17;
  static final int DIE = 18;
  static final int STOP = 19;
  static final int CLOSE = 20;
  static final int TAKE = 21;
  static final int PASS = 22;

  private static final int REST = 16;
  private static final int FROM_BEFORE = 1;

  static Record order(int kind, int value, long number) {
    return new Record(kind, value, number, ByteBuffer.allocate(0));
  }

  /**
   * @param over the signal that is over with this; or 0
   * @param to the process that is sent a signal; or 0
   */
  static Record pass(int signal, long over, int to, long number) {
    ByteBuffer rest = ByteBuffer.allocate(SIZE - REST).order(ByteOrder.LITTLE_ENDIAN);
    rest.putLong(0, over).putInt(8, to);
    return new Record(PASS, signal, number, rest);
  }

  /** From a buffer that holds at least one, which is taken out. */
  static Record take(ByteBuffer bytes) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    int start = bytes.position();
    ByteBuffer rest = bytes.slice(start + REST, SIZE - REST).order(ByteOrder.LITTLE_ENDIAN);
    Record record =
        new Record(bytes.getInt(start), bytes.getInt(start + 4), bytes.getLong(start + 8), rest);
    bytes.position(start + SIZE);
    return record;
  }

  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0, kind).putInt(4, value).putLong(8, number);
    bytes.put(REST, rest, 0, rest.limit());
    return bytes;
  }

  /** Of a {@link #HELLO}. */
  int pid() {
    return rest.getInt(0);
  }

  /** Of a {@link #HELLO}. */
  int incarnation() {
    return rest.getInt(4);
  }

  /** Of a {@link #HELLO}: the first number of the deputy's own descriptors. */
  int firstOwn() {
    return rest.getInt(8);
  }

  /** Of a {@link #HELLO}. */
  String task() {
    byte[] text = new byte[32];
    rest.get(16, text);
    return new String(text, StandardCharsets.US_ASCII).replace("\0", "");
  }

  /** Of a {@link #DONE} that answers a {@link #TAKE}. */
  int descriptor() {
    return rest.getInt(0);
  }

  /** Of a {@link #SIGNAL}. */
  DeputySignal signal() {
    return new DeputySignal(
        number,
        value,
        rest.getInt(0),
        rest.getInt(4),
        rest.getInt(8),
        rest.getInt(12),
        (rest.getInt(16) & FROM_BEFORE) != 0);
  }
}
