package io.sojourn.engine.network;

import io.sojourn.protocol.criu.CriuTcpStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A TCP connection as CRIU keeps it: two magic words, the length of an entry, the entry, the bytes
 * of the receive queue, those of the send queue.
 *
 * @param received read by nobody yet
 * @param sending not acknowledged by the peer, or not sent
 */
public record TcpStreamImage(CriuTcpStream entry, byte[] received, byte[] sending) {
  private static final int COMMON_MAGIC = 0x54564319;
  private static final int TCP_STREAM_MAGIC = 0x51465506;
  private static final String PREFIX = "tcp-stream-", SUFFIX = ".img";
  private static final int MAX_ENTRY = 1 << 16;

  /** The image of the socket with this number ({@code ino} in files.img). */
  public static Path path(Path images, int ino) {
    return images.resolve(PREFIX + Integer.toHexString(ino) + SUFFIX);
  }

  /** All in an image, by the number of their socket. */
  static Map<Integer, Path> all(Path images) throws IOException {
    Map<Integer, Path> all = new LinkedHashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(images, PREFIX + "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String ino = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        all.put(Integer.parseUnsignedInt(ino, 16), file);
      }
    }
    return all;
  }

  public static TcpStreamImage read(Path file) throws IOException {
    return parse(Files.readAllBytes(file));
  }

  /**
   * @throws IOException where the bytes are no such image
   */
  public static TcpStreamImage parse(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 12 || buffer.getInt() != COMMON_MAGIC || buffer.getInt() != TCP_STREAM_MAGIC)
      throw new IOException("not a TCP image of CRIU's");
    int size = buffer.getInt();
    if (size < 0 || size > MAX_ENTRY || size > buffer.remaining())
      throw new IOException("the TCP image's entry is cut off");
    CriuTcpStream entry = CriuTcpStream.parseFrom(buffer.slice(12, size));
    long in = Integer.toUnsignedLong(entry.getInqLen());
    long out = Integer.toUnsignedLong(entry.getOutqLen());
    if (bytes.length - 12 - size != in + out)
      throw new IOException("the TCP image's queues are cut off");
    int queues = 12 + size;
    return new TcpStreamImage(
        entry,
        Arrays.copyOfRange(bytes, queues, queues + (int) in),
        Arrays.copyOfRange(bytes, queues + (int) in, bytes.length));
  }

  public void write(Path file) throws IOException {
    Files.write(file, bytes());
  }

  byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataOutputStream data = new DataOutputStream(out)) {
      byte[] message = entry.toByteArray();
      data.writeInt(Integer.reverseBytes(COMMON_MAGIC));
      data.writeInt(Integer.reverseBytes(TCP_STREAM_MAGIC));
      data.writeInt(Integer.reverseBytes(message.length));
      data.write(message);
      data.write(received);
      data.write(sending);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** Number of the first byte that the peer has not acknowledged; an end that was sent aside. */
  public int firstUnacknowledged() {
    return entry.getOutqSeq() - entry.getOutqLen();
  }
}
