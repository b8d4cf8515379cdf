package io.sojourn.home.deputy;

import com.sun.jna.LastErrorException;
import io.sojourn.engine.linux.OwnDescriptor;
import java.nio.charset.StandardCharsets;

/** Reads and writes descriptors that Java has no channel for. */
final class Native {
  static {
    com.sun.jna.Native.register("c");
  }

  private Native() {}

  private static native long read(int descriptor, byte[] buffer, long length)
      throws LastErrorException;

  private static native long write(int descriptor, byte[] buffer, long length)
      throws LastErrorException;

  static String read(OwnDescriptor descriptor, int length) {
    byte[] buffer = new byte[length];
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      // SAFETY: the buffer is as long as is said.
      int got = (int) read(descriptor.number(), buffer, length - text.length());
      if (got <= 0) return text + " and then the end";
      text.append(new String(buffer, 0, got, StandardCharsets.US_ASCII));
    }
    return text.toString();
  }

  static void write(OwnDescriptor descriptor, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    // SAFETY: as above.
    write(descriptor.number(), bytes, bytes.length);
  }
}
