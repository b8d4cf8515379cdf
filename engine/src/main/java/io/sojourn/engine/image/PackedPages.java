package io.sojourn.engine.image;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * The pages of a small image, packed: {@code pages-1.img.lz4} in place of {@code pages-1.img}. It
 * is a row of blocks, each with its length, its length when unpacked, and an LZ4 block.
 *
 * <p>Of a large image they stay as they are: to unpack them would take longer than CRIU takes to
 * read them, and a restore would wait for it.
 */
final class PackedPages {
  static final String SUFFIX = ".lz4";

  private static final int BLOCK = 1 << 20;
  private static final LZ4Factory LZ4 = LZ4Factory.fastestInstance();

  private PackedPages() {}

  /**
   * Packs pages into a file beside the one that they were for.
   *
   * @param pages from their positions to their limits; all but the last hold whole blocks
   * @return false, and nothing written, where that is not smaller
   */
  static boolean pack(List<ByteBuffer> pages, Path unpacked) throws IOException {
    Path packed = unpacked.resolveSibling(unpacked.getFileName() + SUFFIX);
    long size = pages.stream().mapToLong(ByteBuffer::remaining).sum();
    LZ4Compressor lz4 = LZ4.fastCompressor();
    byte[] block = new byte[lz4.maxCompressedLength(BLOCK)];
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(packed))) {
      for (ByteBuffer each : pages)
        for (int at = each.position(); at < each.limit(); at += BLOCK) {
          int count = Math.min(BLOCK, each.limit() - at);
          int length = lz4.compress(each, at, count, ByteBuffer.wrap(block), 0, block.length);
          out.writeInt(length);
          out.writeInt(count);
          out.write(block, 0, length);
        }
    }
    if (Files.size(packed) < size) return true;
    Files.delete(packed);
    return false;
  }

  /**
   * @throws IOException also where the content is not what {@link #pack} wrote
   */
  static void unpack(Path packed, Path pages) throws IOException {
    LZ4SafeDecompressor lz4 = LZ4.safeDecompressor();
    byte[] block = new byte[LZ4.fastCompressor().maxCompressedLength(BLOCK)];
    byte[] plain = new byte[BLOCK];
    try (DataInputStream in = new DataInputStream(Files.newInputStream(packed));
        OutputStream out = Files.newOutputStream(pages)) {
      for (long left = Files.size(packed); left > 0; ) {
        int length = in.readInt(), count = in.readInt();
        if (length < 0 || length > block.length || count < 0 || count > BLOCK)
          throw new IOException(packed.getFileName() + " is not packed as it should be");
        in.readFully(block, 0, length);
        if (lz4.decompress(block, 0, length, plain, 0) != count)
          throw new IOException(packed.getFileName() + " unpacks to another length");
        out.write(plain, 0, count);
        left -= 8 + length;
      }
    } catch (LZ4Exception damaged) {
      throw new IOException(packed.getFileName() + " cannot be unpacked", damaged);
    }
  }
}
