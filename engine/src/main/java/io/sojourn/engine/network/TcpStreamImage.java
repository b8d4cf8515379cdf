package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sojourn.protocol.criu.CriuTcpStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Two magic numbers, and the entry's size. */
  private static final int HEADER = 12;

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
    try (InputStream in = Files.newInputStream(file)) {
      return queues(head(in), in, Files.size(file));
    }
  }

  /** What it says of the connection, without the queues, which may have megabytes. */
  public static CriuTcpStream entry(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return head(in).entry();
    }
  }

  /**
   * @throws IOException where the bytes are no such image
   */
  public static TcpStreamImage parse(ByteString bytes) throws IOException {
    try (InputStream in = bytes.newInput()) {
      return queues(head(in), in, bytes.size());
    }
  }

  /**
   * What comes before the queues.
   *
   * @param size of it
   */
  private record Head(CriuTcpStream entry, int size) {}

  private static Head head(InputStream in) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(in.readNBytes(HEADER)).order(ByteOrder.LITTLE_ENDIAN);
    if (header.remaining() < HEADER
        || header.getInt() != COMMON_MAGIC
        || header.getInt() != TCP_STREAM_MAGIC) throw new IOException("not a TCP image of CRIU's");
    int size = header.getInt();
    byte[] entry = size < 0 || size > MAX_ENTRY ? new byte[0] : in.readNBytes(size);
    if (entry.length != size) throw new IOException("the TCP image's entry is cut off");
    return new Head(CriuTcpStream.parseFrom(entry), HEADER + size);
  }

  private static TcpStreamImage queues(Head head, InputStream in, long all) throws IOException {
    CriuTcpStream entry = head.entry();
    long received = Integer.toUnsignedLong(entry.getInqLen());
    long sending = Integer.toUnsignedLong(entry.getOutqLen());
    if (all - head.size() != received + sending)
      throw new IOException("the TCP image's queues are cut off");
    return new TcpStreamImage(entry, in.readNBytes((int) received), in.readNBytes((int) sending));
  }

  public void write(Path file) throws IOException {
    write(file, entry, receivedBytes(), sendingBytes());
  }

  /** Likewise, of queues that are in several pieces. */
  static void write(Path file, CriuTcpStream entry, ByteString received, ByteString sending)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      serialized(entry, received, sending).writeTo(out);
    }
  }

  ByteString serialized() {
    return serialized(entry, receivedBytes(), sendingBytes());
  }

  /** Without a copy of the queues. */
  private static ByteString serialized(
      CriuTcpStream entry, ByteString received, ByteString sending) {
    ByteString message = entry.toByteString();
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(COMMON_MAGIC).putInt(TCP_STREAM_MAGIC).putInt(message.size()).flip();
    return ByteString.copyFrom(header).concat(message).concat(received).concat(sending);
  }

  /** Megabytes, which nobody changes: not copied. */
  ByteString receivedBytes() {
    return UnsafeByteOperations.unsafeWrap(received);
  }

  /** Likewise. */
  ByteString sendingBytes() {
    return UnsafeByteOperations.unsafeWrap(sending);
  }

  /** Number of the first byte that the peer has not acknowledged; an end that was sent aside. */
  public int firstUnacknowledged() {
    return entry.getOutqSeq() - entry.getOutqLen();
  }
}
