package io.sojourn.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.sojourn.repository.seal.DamageException;
import io.sojourn.repository.seal.Seal;
import java.nio.charset.StandardCharsets;

/** Bytes as they are stored: compressed, then sealed. */
record Codec(Seal seal) {
  private static final int LEVEL = 1;

  /** No chunk and no file of ours is longer. */
  private static final int LONGEST = 256 << 20;

  byte[] encode(ChunkId id, byte[] content) {
    return seal.seal(Zstd.compress(content, LEVEL), id.bytes());
  }

  /**
   * @throws DamageException it is not what the id says
   */
  byte[] decode(ChunkId id, byte[] stored) throws DamageException {
    byte[] content = unpack(seal.open(stored, id.bytes()));
    if (!ChunkId.of(content, 0, content.length).equals(id))
      throw new DamageException("its content is another");
    return content;
  }

  /**
   * @param name what it is: it can be opened under no other
   */
  byte[] encode(String name, byte[] content) {
    return seal.seal(Zstd.compress(content, LEVEL), context(name));
  }

  byte[] decode(String name, byte[] stored) throws DamageException {
    return unpack(seal.open(stored, context(name)));
  }

  private static byte[] context(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] unpack(byte[] packed) throws DamageException {
    long size = Zstd.getFrameContentSize(packed);
    if (size < 0 || size > LONGEST) throw new DamageException("it cannot be unpacked");
    try {
      byte[] content = Zstd.decompress(packed, (int) size);
      if (content.length == size) return content;
    } catch (ZstdException damaged) {
      throw new DamageException("it cannot be unpacked", damaged);
    }
    throw new DamageException("it unpacks to another length");
  }
}
