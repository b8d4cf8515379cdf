package io.sojourn.node.shipping;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.peer.Piece;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** How a piece of a member crosses the network: as it is, compressed, or as a number of zeros. */
public final class Packing {
  /** Of one piece, unpacked. */
  public static final int LARGEST = 1 << 20;

  /** An image has whole pages; so are its zeros. */
  public static final int PAGE = 4096;

  /** So many zeros are worth a piece of their own. */
  static final int RUN = 64 << 10;

  private static final int SAMPLE = 32 << 10;
  private static final LZ4Factory LZ4 = LZ4Factory.fastestInstance();
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(LARGEST).asReadOnlyBuffer();

  private Packing() {}

  /** Sets packing and content of a piece. Nothing may write to {@code content} until it is sent. */
  public static void pack(ByteBuffer content, Piece.Builder piece) {
    piece.setLength(content.remaining());
    if (zeros(content) == content.remaining()) {
      piece.setPacking(Piece.Packing.ZERO);
      return;
    }
    // What the beginning does not gain, the rest does not either, mostly: spare the attempt.
    if (shrinks(content.slice(content.position(), Math.min(SAMPLE, content.remaining())))) {
      LZ4Compressor lz4 = LZ4.fastCompressor();
      byte[] packed = new byte[lz4.maxCompressedLength(content.remaining())];
      ByteBuffer target = ByteBuffer.wrap(packed);
      lz4.compress(content.duplicate(), target);
      if (worthIt(target.position(), content.remaining())) {
        piece
            .setPacking(Piece.Packing.LZ4)
            .setContent(UnsafeByteOperations.unsafeWrap(packed, 0, target.position()));
        return;
      }
    }
    piece
        .setPacking(Piece.Packing.PLAIN)
        .setContent(UnsafeByteOperations.unsafeWrap(content.duplicate()));
  }

  private static boolean shrinks(ByteBuffer sample) {
    if (sample.remaining() < PAGE) return true;
    LZ4Compressor lz4 = LZ4.fastCompressor();
    ByteBuffer target = ByteBuffer.allocate(lz4.maxCompressedLength(sample.remaining()));
    int length = sample.remaining();
    lz4.compress(sample, target);
    return worthIt(target.position(), length);
  }

  private static boolean worthIt(int packed, int plain) {
    return packed < plain - plain / 10;
  }

  /** How many bytes at the beginning are zero, in whole pages, or all. */
  static int zeros(ByteBuffer content) {
    int length = content.remaining();
    int mismatch = content.mismatch(ZEROS.duplicate().limit(length));
    if (mismatch < 0) return length;
    return mismatch - mismatch % PAGE;
  }

  /** The content again; of the length that was said, or it is refused. */
  public static ByteBuffer unpack(Piece piece) {
    int length = piece.getLength();
    ByteString content = piece.getContent();
    if (length < 0 || length > LARGEST) throw malformed("a piece of " + length + " bytes");
    switch (piece.getPacking()) {
      case PLAIN -> {
        if (content.size() != length) throw malformed(content.size() + " instead of " + length);
        return content.asReadOnlyByteBuffer();
      }
      case ZERO -> {
        return ZEROS.duplicate().limit(length);
      }
      case LZ4 -> {
        byte[] plain = new byte[length];
        LZ4SafeDecompressor lz4 = LZ4.safeDecompressor();
        try {
          ByteBuffer packed = content.asReadOnlyByteBuffer();
          byte[] bytes = new byte[packed.remaining()];
          packed.get(bytes);
          if (lz4.decompress(bytes, 0, bytes.length, plain, 0) == length)
            return ByteBuffer.wrap(plain);
        } catch (LZ4Exception damaged) {
          throw malformed("what cannot be unpacked");
        }
        throw malformed("too little when unpacked");
      }
      default -> throw malformed("a packing that is not known");
    }
  }

  private static OperationException malformed(String what) {
    return OperationException.refused(
        "a piece of an image is malformed: " + what,
        "use the same version of Sojourn on all nodes");
  }
}
