package io.sojourn.engine.image;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.sojourn.engine.files.OpenFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/**
 * Digests that find damage: XXH3 with 128 bits. It costs a fourth of SHA-256, so that a restore
 * does not wait for it (ARCHITECTURE.md); and it stops no attacker, who would write a digest of
 * their own.
 */
public final class Digest {
  private static final int PIECE = 1 << 18;

  private Digest() {}

  /** Of content that comes piece by piece. */
  public static final class Running {
    private final HashStream128 hash = Hashing.xxh3_128().hashStream();
    private final byte[] piece = new byte[PIECE];

    public void add(ByteBuffer content) {
      while (content.hasRemaining()) {
        int count = Math.min(piece.length, content.remaining());
        content.get(piece, 0, count);
        hash.putBytes(piece, 0, count);
      }
    }

    /** 32 hex digits. */
    public String text() {
      HashValue128 value = hash.get();
      return HexFormat.of().toHexDigits(value.getMostSignificantBits())
          + HexFormat.of().toHexDigits(value.getLeastSignificantBits());
    }
  }

  /** Of a part of a file that is open. */
  public static String of(OpenFile file, long start, long end) throws IOException {
    Running hash = new Running();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    for (long at = start; at < end; ) {
      piece.clear().limit((int) Math.min(PIECE, end - at));
      int read = file.read(piece, at);
      if (read == 0) break;
      hash.add(piece.flip());
      at += read;
    }
    return hash.text();
  }

  /**
   * The digest of a file's content, 32 hex digits. {@code progress} is told the bytes of each piece
   * read.
   */
  public static String of(Path file, LongConsumer progress) throws IOException {
    Running hash = new Running();
    byte[] piece = new byte[PIECE];
    try (InputStream content = Files.newInputStream(file)) {
      for (int count; (count = content.read(piece)) > 0; ) {
        hash.add(ByteBuffer.wrap(piece, 0, count));
        progress.accept(count);
      }
    }
    return hash.text();
  }
}
