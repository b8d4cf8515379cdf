package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.DataCalls;
import io.sojourn.engine.files.NativeMemory;
import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.files.Attributes;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.FileSystemFacts;
import io.sojourn.protocol.files.Lock;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;

/** What the kernel is told: struct fuse_out_header, then the structs of linux/fuse.h. */
final class FuseReply {
  static final int HEADER = 16;

  /** The largest: a read's data. */
  static final int MOST = HEADER + (1 << 20) + 4096;

  private final NativeMemory memory = new NativeMemory(MOST);
  private final ByteBuffer out = memory.bytes();

  FuseReply begin() {
    out.clear().position(HEADER);
    return this;
  }

  NativeMemory memory() {
    return memory;
  }

  /** Its length, when the header is written. */
  int end(long unique, int errno) {
    if (errno != 0) out.position(HEADER);
    int length = out.position();
    out.putInt(0, length).putInt(4, -errno).putLong(8, unique);
    return length;
  }

  /** A notification: nobody has asked. */
  int notice(int code) {
    int length = out.position();
    out.putInt(0, length).putInt(4, code).putLong(8, 0);
    return length;
  }

  int length() {
    return out.position() - HEADER;
  }

  FuseReply u32(int value) {
    out.putInt(value);
    return this;
  }

  FuseReply u16(int value) {
    out.putShort((short) value);
    return this;
  }

  FuseReply u64(long value) {
    out.putLong(value);
    return this;
  }

  FuseReply bytes(ByteString bytes) {
    if (bytes.size() > out.remaining()) throw new BufferOverflowException();
    bytes.copyTo(out);
    return this;
  }

  /** What a file has there, up to its end; false where it cannot be read. */
  boolean read(int fd, int size, long offset) {
    if (size < 0 || size > out.remaining()) return false;
    long read = DataCalls.read(fd, memory, out.position(), size, offset);
    if (read >= 0) out.position(out.position() + (int) read);
    return read >= 0;
  }

  /** Zeros. */
  FuseReply zeros(int count) {
    for (int i = 0; i < count; i++) out.put((byte) 0);
    return this;
  }

  FuseReply entry(Entry entry, Validity validity) {
    Attributes attributes = entry.getAttributes();
    // Whether somebody listens there is asked anew for each connect(2).
    boolean socket = (attributes.getMode() & Statx.S_IFMT) == Statx.S_IFSOCK;
    return u64(entry.getNode())
        .u64(0)
        .u64(socket ? 0 : validity.nameSeconds())
        .u64(validity.seconds(attributes))
        .u32(socket ? 0 : validity.nameNanos())
        .u32(validity.nanos(attributes))
        .attributes(attributes);
  }

  /** A name that is not there, and may be believed not to be. */
  FuseReply noEntry(Validity validity) {
    return u64(0)
        .u64(0)
        .u64(validity.nameSeconds())
        .u64(0)
        .u32(validity.nameNanos())
        .u32(0)
        .zeros(88);
  }

  FuseReply attributesOut(Attributes attributes, Validity validity) {
    return u64(validity.seconds(attributes))
        .u32(validity.nanos(attributes))
        .u32(0)
        .attributes(attributes);
  }

  private FuseReply attributes(Attributes of) {
    return u64(of.getInode())
        .u64(of.getSize())
        .u64(of.getBlocks())
        .u64(of.getAccessed().getSeconds())
        .u64(of.getModified().getSeconds())
        .u64(of.getChanged().getSeconds())
        .u32(of.getAccessed().getNanos())
        .u32(of.getModified().getNanos())
        .u32(of.getChanged().getNanos())
        .u32(of.getMode())
        .u32(of.getLinks())
        .u32(of.getUid())
        .u32(of.getGid())
        .u32(of.getDevice())
        .u32(of.getBlockSize())
        .u32(0);
  }

  FuseReply open(long handle, int flags) {
    return u64(handle).u32(flags).u32(0);
  }

  FuseReply fileSystem(FileSystemFacts of) {
    return u64(of.getBlocks())
        .u64(of.getFree())
        .u64(of.getAvailable())
        .u64(of.getFiles())
        .u64(of.getFilesFree())
        .u32(of.getBlockSize())
        .u32(of.getNameLength())
        .u32(of.getFragmentSize())
        .zeros(28);
  }

  FuseReply lock(Lock of) {
    return u64(of.getStart()).u64(of.getEnd()).u32(of.getType()).u32(of.getPid());
  }

  /** struct fuse_dirent; records begin at multiples of 8. */
  FuseReply name(ByteString name, long inode, long offset, int type) {
    return u64(inode).u64(offset).u32(name.size()).u32(type).bytes(name).zeros(-name.size() & 7);
  }
}
