package io.sojourn.engine.criu;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether the unix sockets of an image block. CRIU leaves one that it is given as it is.
 *
 * <p>See images/sk-unix.proto and fdinfo.proto of CRIU.
 */
public final class UnixFlags {
  private static final String FILES = "files.img";
  private static final int UNIX = 16;
  private static final int INODE = 2;
  private static final int FLAGS = 5;
  private static final int O_NONBLOCK = 0x800;

  private final Map<String, Boolean> blocking;

  private UnixFlags(Map<String, Boolean> blocking) {
    this.blocking = blocking;
  }

  public static UnixFlags of(Path images) throws IOException {
    Map<String, Boolean> blocking = new HashMap<>();
    for (UnknownFieldSet file : ImageEntries.read(images.resolve(FILES)))
      file.getField(UNIX)
          .getLengthDelimitedList()
          .forEach(
              one -> {
                UnknownFieldSet socket = parse(one);
                long inode = number(socket, INODE);
                blocking.put(
                    "socket:[" + inode + "]", (number(socket, FLAGS) & O_NONBLOCK) == 0);
              });
    return new UnixFlags(blocking);
  }

  private static UnknownFieldSet parse(ByteString bytes) {
    try {
      return UnknownFieldSet.parseFrom(bytes);
    } catch (InvalidProtocolBufferException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  private static long number(UnknownFieldSet socket, int field) {
    return socket.getField(field).getVarintList().get(0);
  }

  /**
   * @param key as a stream of the image has it: socket:[INODE]
   */
  public boolean blocks(String key) {
    return blocking.getOrDefault(key, true);
  }
}
