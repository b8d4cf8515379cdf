package io.sojourn.engine.files;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Names as the kernel takes them: bytes and a NUL. */
public final class FileName {
  static final byte[] EMPTY = {0};

  private FileName() {}

  /** As the kernel wants it. */
  public static byte[] terminated(byte[] name) {
    return Arrays.copyOf(name, name.length + 1);
  }

  public static byte[] terminated(String name) {
    return terminated(name.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether it names a child of a directory, and nothing else: no separator, no NUL that would cut
   * it short, neither "." nor "..".
   */
  public static boolean isChild(byte[] name) {
    if (name.length == 0) return false;
    if (name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'))) return false;
    for (byte b : name) if (b == '/' || b == 0) return false;
    return true;
  }

  /**
   * A path that leads to what a descriptor of ours refers to, and to nothing else: the kernel
   * follows its own link, not a name. Calls that do not take an O_PATH descriptor take this.
   */
  static byte[] ofDescriptor(int fd) {
    return terminated("/proc/self/fd/" + fd);
  }
}
