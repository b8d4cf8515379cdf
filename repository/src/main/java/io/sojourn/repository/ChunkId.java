package io.sojourn.repository;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a chunk is called: the SHA-256 of its content. */
record ChunkId(long a, long b, long c, long d) {
  static final int BYTES = 32;

  /** Of nothing but zeros: stored nowhere. */
  static final ChunkId ZERO = new ChunkId(0, 0, 0, 0);

  static ChunkId of(byte[] content, int offset, int length) {
    MessageDigest sha256 = sha256();
    sha256.update(content, offset, length);
    return read(ByteBuffer.wrap(sha256.digest()));
  }

  /** The next of a row. */
  static ChunkId read(ByteBuffer ids) {
    return new ChunkId(ids.getLong(), ids.getLong(), ids.getLong(), ids.getLong());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void write(ByteBuffer ids) {
    ids.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    write(bytes);
    return bytes.array();
  }

  @Override
  public int hashCode() {
    return (int) a;
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}
