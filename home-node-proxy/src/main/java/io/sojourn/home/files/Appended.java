package io.sojourn.home.files;

import io.sojourn.engine.files.DataCalls;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.NativeMemory;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.protocol.files.Write;
import java.util.Arrays;

/** How much of what was to be appended to a file is there. */
final class Appended {
  /** A kernel that is to end a process stops writing between two pages: a multiple of this. */
  private static final int PAGE = 4096;

  /**
   * Bytes that say whose they are. Where others have appended behind the place that the file ended
   * at, what is shorter is not looked for: it may be part of their words.
   */
  private static final int TELLING = 16;

  private static final ThreadLocal<NativeMemory> BUFFER =
      ThreadLocal.withInitial(() -> new NativeMemory(4 << 20));

  private final GuestFiles files;
  private final Write call;
  private final long at;

  /**
   * @param at where the file ended before
   */
  Appended(GuestFiles files, Write call, long at) {
    this.files = files;
    this.call = call;
    this.at = at;
  }

  /** {@link Look#ALL}, {@link Look#NOTHING}, or the bytes that the kernel came to. */
  long length() throws Refused {
    byte[] data = call.getData().toByteArray();
    byte[] since = since();
    int same = Arrays.mismatch(data, since);
    if (same < 0 || same == data.length) return Look.ALL;
    // It ends where ours was cut short: the rest belongs there.
    if (same == since.length && (at + same) % PAGE == 0) return same;
    return data.length >= TELLING && contains(since, data) ? Look.ALL : Look.NOTHING;
  }

  /** The first of what was appended since, by whomsoever; a descriptor may be one that writes. */
  private byte[] since() throws Refused {
    NativeMemory buffer = BUFFER.get();
    Handle handle = files.handles().get(call.getHandle());
    try (SharedDescriptor.Use use = handle.use()) {
      Statx now = Refused.present(FileCalls.stat(use.fd()));
      int size = (int) Math.max(0, Math.min(buffer.size(), now.size() - at));
      int fd =
          Refused.checked(
              ThreadIdentity.withAllRights(() -> FileCalls.reopen(use.fd(), FileCalls.O_RDONLY)));
      try {
        int read = (int) Refused.checked(DataCalls.read(fd, buffer, size, at));
        byte[] bytes = new byte[read];
        buffer.bytes().get(0, bytes);
        return bytes;
      } finally {
        FileCalls.close(fd);
      }
    }
  }

  private static boolean contains(byte[] all, byte[] part) {
    for (int from = 0; from + part.length <= all.length; from++)
      if (Arrays.equals(all, from, from + part.length, part, 0, part.length)) return true;
    return false;
  }
}
