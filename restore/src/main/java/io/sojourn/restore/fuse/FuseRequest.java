package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A request as the kernel lays it out: struct fuse_in_header, then what belongs to the call. Looks
 * into the reader's buffer; what outlives the next read is copied. Nothing outside of the request
 * is ever read.
 */
final class FuseRequest {
  static final int HEADER = 40;

  /** What is less is not worth an array that is kept. */
  private static final int WORTH_AN_ARRAY = 32 << 10;

  private final ByteBuffer in;
  private final int length;
  private final ContentArrays arrays;
  private ContentArrays.@Nullable Lent content;

  private FuseRequest(ByteBuffer in, int length, ContentArrays arrays) {
    this.in = in;
    this.length = length;
    this.arrays = arrays;
  }

  /**
   * @param length bytes that one read(2) gave
   * @param arrays for what a call writes
   */
  static FuseRequest of(ByteBuffer buffer, int length, ContentArrays arrays)
      throws MalformedRequestException {
    if (length < HEADER || length > buffer.capacity())
      throw new MalformedRequestException("a request of " + length + " bytes");
    ByteBuffer in = buffer.duplicate().order(ByteOrder.nativeOrder());
    if (in.getInt(0) != length)
      throw new MalformedRequestException(
          "a request of " + length + " bytes that says it has " + in.getInt(0));
    // Extensions follow the call; we ask for none.
    if (in.getShort(36) != 0) throw new MalformedRequestException("a request with extensions");
    return new FuseRequest(in, length, arrays);
  }

  int opcode() {
    return in.getInt(4);
  }

  /** What the answer is to carry. */
  long unique() {
    return in.getLong(8);
  }

  long node() {
    return in.getLong(16);
  }

  int uid() {
    return in.getInt(24);
  }

  int gid() {
    return in.getInt(28);
  }

  /** The thread that asks; 0 where it is none of our namespace. */
  int thread() {
    return in.getInt(32);
  }

  int u32(int at) throws MalformedRequestException {
    return in.getInt(within(at, 4));
  }

  long u64(int at) throws MalformedRequestException {
    return in.getLong(within(at, 8));
  }

  /** Bytes from a place in the call. */
  ByteString bytes(int at, int size) throws MalformedRequestException {
    if (size < 0) throw new MalformedRequestException("a size of " + size);
    return ByteString.copyFrom(in.duplicate().position(within(at, size)).limit(HEADER + at + size));
  }

  /** The same of what a call writes, which may be much. */
  ByteString content(int at, int size) throws MalformedRequestException {
    if (size < WORTH_AN_ARRAY || size > ContentArrays.SIZE) return bytes(at, size);
    int from = within(at, size);
    ContentArrays.Lent lent = arrays.take();
    in.get(from, lent.bytes(), 0, size);
    content = lent;
    return UnsafeByteOperations.unsafeWrap(lent.bytes(), 0, size);
  }

  /** What holds the content, and is to be given back when nobody needs that any more. */
  ContentArrays.@Nullable Lent lent() {
    return content;
  }

  /** Up to the next NUL, which must be there. */
  ByteString name(int at) throws MalformedRequestException {
    int from = within(at, 1), end = from;
    while (end < length && in.get(end) != 0) end++;
    if (end == length) throw new MalformedRequestException("a name without end");
    return bytes(at, end - from);
  }

  private int within(int at, int size) throws MalformedRequestException {
    if (at < 0 || (long) HEADER + at + size > length)
      throw new MalformedRequestException(
          "call " + opcode() + " ends at " + length + ", before " + (HEADER + at + size));
    return HEADER + at;
  }
}
