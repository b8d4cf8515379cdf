package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Options of a socket as bytes, whatever they mean. See getsockopt(2). */
public final class SocketOptions {
  private SocketOptions() {}

  /**
   * @param request what the kernel is to read first, as long as what it may answer
   * @return null where the kernel does not know it, or not of this socket
   */
  public static byte @Nullable [] get(OwnDescriptor socket, int level, int name, byte[] request) {
    byte[] value = request.clone();
    int[] length = {value.length};
    try {
      // SAFETY: the length is that of the array.
      Libc.getsockopt(socket.number(), level, name, value, length);
    } catch (LastErrorException unknown) {
      return null;
    }
    return Arrays.copyOf(value, Math.min(length[0], value.length));
  }

  /** False where the kernel refuses. */
  public static boolean set(OwnDescriptor socket, int level, int name, byte[] value) {
    try {
      // SAFETY: the length is that of the array.
      Libc.setsockopt(socket.number(), level, name, value, value.length);
      return true;
    } catch (LastErrorException refused) {
      return false;
    }
  }
}
