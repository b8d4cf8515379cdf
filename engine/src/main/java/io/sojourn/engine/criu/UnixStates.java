package io.sojourn.engine.criu;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the unix sockets of an image are. CRIU leaves one that it is given as it is.
 *
 * <p>See images/sk-unix.proto and fdinfo.proto of CRIU.
 */
public final class UnixStates {
  private static final String FILES = "files.img";
  private static final int UNIX = 16;
  private static final int INODE = 2;
  private static final int FLAGS = 5;
  private static final int SHUTDOWN = 12;
  private static final int SEND_SHUTDOWN = 2;
  private static final int O_NONBLOCK = 0x800;

  /**
   * One of them.
   *
   * @param outputEnded nobody may write to it any more
   */
  public record State(boolean blocks, boolean outputEnded) {}

  /** Of an image that has no such socket. */
  public static final UnixStates NONE = new UnixStates();

  private final Map<String, State> states = new HashMap<>();

  private UnixStates() {}

  public static UnixStates of(Path images) throws IOException {
    UnixStates all = new UnixStates();
    for (UnknownFieldSet file : ImageEntries.read(images.resolve(FILES)))
      file.getField(UNIX).getLengthDelimitedList().forEach(all::add);
    return all;
  }

  private void add(ByteString bytes) {
    try {
      UnknownFieldSet socket = UnknownFieldSet.parseFrom(bytes);
      boolean blocks = (number(socket, FLAGS) & O_NONBLOCK) == 0;
      boolean ended = (number(socket, SHUTDOWN) & SEND_SHUTDOWN) != 0;
      states.put("socket:[" + number(socket, INODE) + "]", new State(blocks, ended));
    } catch (InvalidProtocolBufferException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  private static long number(UnknownFieldSet socket, int field) {
    List<Long> values = socket.getField(field).getVarintList();
    return values.isEmpty() ? 0 : values.get(0);
  }

  /**
   * @param key as a stream of the image has it: socket:[INODE]
   */
  public State of(String key) {
    return states.getOrDefault(key, new State(true, false));
  }
}
