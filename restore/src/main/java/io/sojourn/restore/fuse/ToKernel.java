package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Entries;
import io.sojourn.protocol.files.Entry;
import java.nio.BufferOverflowException;

/** Home's answer in the kernel's words. */
final class ToKernel {
  private static final int ERANGE = 34;
  private static final int LAST_ERRNO = 511;
  private static final int FOPEN_DIRECT_IO = 1;
  private static final int FOPEN_KEEP_CACHE = 1 << 1;
  private static final int O_ACCMODE = 3;
  private static final int O_WRONLY = 1;
  private static final int O_APPEND = 02000;

  private final boolean watching;

  /**
   * @param watching whether home tells of changes, so that content may stay in the cache
   */
  ToKernel(boolean watching) {
    this.watching = watching;
  }

  /** Writes the reply; its length. */
  int translate(Pending asked, Answer answer, boolean fresh, FuseReply out) {
    Validity validity = new Validity(fresh, answer.getWatched());
    out.begin();
    int errno = answer.getErrno();
    if (errno == ErrorNumber.ENOENT && asked.opcode() == Opcode.LOOKUP && fresh) {
      out.noEntry(validity);
      return out.end(asked.unique(), 0);
    }
    // The kernel would not take others, and its caller would wait for ever.
    if (errno < 0 || errno > LAST_ERRNO) errno = ErrorNumber.EIO;
    if (errno == 0) errno = fitting(asked, answer, validity, out);
    return out.end(asked.unique(), errno);
  }

  /** A home that answers more than a reply can hold answers nothing. */
  private int fitting(Pending asked, Answer answer, Validity validity, FuseReply out) {
    try {
      return result(asked, answer, validity, out);
    } catch (BufferOverflowException tooMuch) {
      return ErrorNumber.EIO;
    }
  }

  private int result(Pending asked, Answer answer, Validity validity, FuseReply out) {
    switch (asked.opcode()) {
      case Opcode.LOOKUP, Opcode.SYMLINK, Opcode.MKNOD, Opcode.MKDIR, Opcode.LINK ->
          out.entry(answer.getEntry(), validity);
      case Opcode.GETATTR, Opcode.SETATTR -> out.attributesOut(answer.getAttributes(), validity);
      case Opcode.READLINK -> out.bytes(answer.getData());
      case Opcode.READ -> {
        if (answer.getData().size() > asked.size()) return ErrorNumber.EIO;
        out.bytes(answer.getData());
      }
      case Opcode.OPEN ->
          out.open(
              answer.getHandle().getHandle(),
              openFlags(asked.draft().getOpen().getFlags(), answer.getHandle().getWatched()));
      case Opcode.OPENDIR -> out.open(answer.getHandle().getHandle(), 0);
      case Opcode.CREATE, Opcode.TMPFILE ->
          out.entry(answer.getCreated().getEntry(), validity)
              .open(
                  answer.getCreated().getHandle(),
                  openFlags(
                      asked.draft().getCreate().getFlags(),
                      answer.getCreated().getEntry().getAttributes().getWatched()));
      case Opcode.WRITE -> out.u32(answer.getWritten().getSize()).u32(0);
      case Opcode.COPY_FILE_RANGE -> out.u32((int) answer.getNumber()).u32(0);
      case Opcode.LSEEK -> out.u64(answer.getNumber());
      case Opcode.STATFS -> out.fileSystem(answer.getFileSystem());
      case Opcode.GETLK -> out.lock(answer.getLock());
      case Opcode.GETXATTR, Opcode.LISTXATTR -> {
        return extended(asked.size(), answer.getData(), out);
      }
      case Opcode.READDIR -> names(asked, answer.getEntries(), out);
      case Opcode.READDIRPLUS -> entries(asked, answer.getEntries(), validity, out);
      default -> {
        return 0;
      }
    }
    return 0;
  }

  /**
   * What is only appended to goes around the cache: at which place it is written, home knows, and
   * the kernel would only believe to.
   */
  private int openFlags(int flags, boolean watched) {
    if ((flags & O_ACCMODE) == O_WRONLY && (flags & O_APPEND) != 0) return FOPEN_DIRECT_IO;
    return watching && watched ? FOPEN_KEEP_CACHE : 0;
  }

  private static int extended(int size, ByteString data, FuseReply out) {
    if (size == 0) out.u32(data.size()).u32(0);
    else if (data.size() > size) return ERANGE;
    else out.bytes(data);
    return 0;
  }

  private static void names(Pending asked, Entries entries, FuseReply out) {
    for (Entries.One one : entries.getEntriesList()) {
      if (out.length() + 24 + padded(one) > asked.size()) return;
      out.name(one.getName(), one.getInode(), one.getOffset(), one.getType());
    }
  }

  private static void entries(Pending asked, Entries entries, Validity validity, FuseReply out) {
    for (Entries.One one : entries.getEntriesList()) {
      if (out.length() + 152 + padded(one) > asked.size()) return;
      if (one.hasEntry()) out.entry(one.getEntry(), validity);
      else out.entry(Entry.getDefaultInstance(), new Validity(false, false));
      out.name(one.getName(), one.getInode(), one.getOffset(), one.getType());
    }
  }

  private static int padded(Entries.One one) {
    return (one.getName().size() + 7) & ~7;
  }
}
