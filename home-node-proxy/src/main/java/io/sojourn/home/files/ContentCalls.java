package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ContentDigests;
import io.sojourn.engine.files.DataCalls;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.NativeMemory;
import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.files.Allocate;
import io.sojourn.protocol.files.CopyRange;
import io.sojourn.protocol.files.Open;
import io.sojourn.protocol.files.Read;
import io.sojourn.protocol.files.Seek;
import io.sojourn.protocol.files.Sync;
import io.sojourn.protocol.files.Write;
import io.sojourn.protocol.files.Written;
import java.io.IOException;

/** Calls on what is in a file. */
final class ContentCalls {
  /** The most that one call reads or writes; as the guest agrees with its kernel. */
  static final int MOST = 1 << 20;

  /**
   * O_APPEND and O_DIRECT are not among them: a descriptor's writes may come from the guest
   * kernel's cache too, each at its place, so each appending write says so itself; and direct
   * transfers would want our memory aligned.
   */
  private static final int PASSED_TO_OPEN =
      FileCalls.O_ACCMODE | FileCalls.O_TRUNC | FileCalls.O_SYNC | 01000000; // O_NOATIME

  private static final ThreadLocal<NativeMemory> BUFFER =
      ThreadLocal.withInitial(() -> new NativeMemory(MOST));

  /** Of this process: it is the same file for every guest. */
  private static final ContentDigests DIGESTS = new ContentDigests();

  private final GuestFiles files;

  ContentCalls(GuestFiles files) {
    this.files = files;
  }

  /** Only what has content: opening a device or a FIFO is the guest kernel's own work. */
  Handle open(Node node, Open call, long id) throws Refused {
    Handle known = files.handles().find(id);
    if (known != null) return known;
    if (!node.regular()) throw new Refused(ErrorNumber.EINVAL);
    try (SharedDescriptor.Use use = node.use()) {
      int flags = call.getFlags() & PASSED_TO_OPEN;
      int fd = FileCalls.reopen(use.fd(), flags);
      // A file that may only be appended to (chattr +a) says so here.
      if (fd == -ErrorNumber.EPERM && (call.getFlags() & FileCalls.O_APPEND) != 0)
        fd = FileCalls.reopen(use.fd(), flags | FileCalls.O_APPEND);
      if (fd == -ErrorNumber.EACCES) fd = inherited(node, call.getFlags());
      return files.handles().add(id, node, call.getFlags(), Refused.checked(fd));
    }
  }

  /**
   * What the task was given by somebody with more rights, a log for instance, it has open at home:
   * its guest has it from there.
   */
  private int inherited(Node node, int flags) {
    if ((flags & FileCalls.O_TRUNC) != 0) return -ErrorNumber.EACCES;
    int wanted = FileCalls.O_ACCMODE | FileCalls.O_APPEND;
    for (int number : files.held().open()) {
      int fd;
      try {
        fd = files.held().duplicate(number);
      } catch (IOException gone) {
        continue;
      }
      Statx status = FileCalls.stat(fd);
      if (status != null
          && status.device() == node.key().device()
          && status.inode() == node.key().inode()
          && (FileCalls.flags(fd) & wanted) == (flags & wanted)) return fd;
      FileCalls.close(fd);
    }
    return -ErrorNumber.EACCES;
  }

  ByteString read(Read call) throws Refused {
    int size = Math.min(call.getSize(), MOST);
    if (size < 0) throw new Refused(ErrorNumber.EINVAL);
    NativeMemory buffer = BUFFER.get();
    try (SharedDescriptor.Use use = files.handles().get(call.getHandle()).use()) {
      int length = (int) Refused.checked(DataCalls.read(use.fd(), buffer, size, call.getOffset()));
      return ByteString.copyFrom(buffer.bytes().duplicate().position(0).limit(length));
    }
  }

  /**
   * @param there so many bytes have been appended already
   */
  Written write(Write call, long there) throws Refused {
    ByteString data = call.getData();
    if (data.size() > MOST) throw new Refused(ErrorNumber.EINVAL);
    NativeMemory buffer = BUFFER.get();
    data.copyTo(buffer.bytes().clear());
    boolean append = (call.getFlags() & FileCalls.O_APPEND) != 0;
    try (SharedDescriptor.Use use = files.handles().get(call.getHandle()).use()) {
      int done = (int) Math.min(there, data.size());
      // The guest's kernel takes a short write for a full disk; only that may cut it short.
      while (done < data.size() || data.isEmpty()) {
        long offset = append ? 0 : call.getOffset() + done;
        long wrote =
            DataCalls.write(
                use.fd(), buffer, done, data.size() - done, offset, flags(call.getFlags()));
        if (wrote < 0 && done == 0) Refused.checked(wrote);
        if (wrote <= 0) break;
        done += (int) wrote;
      }
      files.steps().after(Steps.Step.CALL);
      Written.Builder written = Written.newBuilder().setSize(done);
      Statx after = append ? FileCalls.stat(use.fd()) : null;
      if (after != null) written.setEnd(after.size());
      return written.build();
    }
  }

  private static int flags(int open) {
    int flags = (open & FileCalls.O_APPEND) != 0 ? DataCalls.RWF_APPEND : 0;
    if ((open & FileCalls.O_SYNC) == FileCalls.O_SYNC) flags |= DataCalls.RWF_SYNC;
    else if ((open & FileCalls.O_DSYNC) != 0) flags |= DataCalls.RWF_DSYNC;
    return flags;
  }

  void sync(Sync call) throws Refused {
    try (SharedDescriptor.Use use = files.handles().get(call.getHandle()).use()) {
      Refused.checked(DataCalls.sync(use.fd(), call.getDataOnly()));
    }
  }

  /** Only SEEK_DATA and SEEK_HOLE: the rest depends on a position, and that is the guest's. */
  long seek(Seek call) throws Refused {
    if (call.getWhence() != 3 && call.getWhence() != 4) throw new Refused(ErrorNumber.EINVAL);
    try (SharedDescriptor.Use use = files.handles().get(call.getHandle()).use()) {
      return Refused.checked(DataCalls.seek(use.fd(), call.getOffset(), call.getWhence()));
    }
  }

  void allocate(Allocate call) throws Refused {
    try (SharedDescriptor.Use use = files.handles().get(call.getHandle()).use()) {
      int result = DataCalls.allocate(use.fd(), call.getMode(), call.getOffset(), call.getLength());
      files.steps().after(Steps.Step.CALL);
      Refused.checked(result);
    }
  }

  long copy(CopyRange call) throws Refused {
    try (SharedDescriptor.Use in = files.handles().get(call.getHandle()).use();
        SharedDescriptor.Use out = files.handles().get(call.getToHandle()).use()) {
      long copied =
          DataCalls.copy(
              in.fd(),
              call.getOffset(),
              out.fd(),
              call.getToOffset(),
              // One call is one answer: not longer than a worker may be away.
              Math.min(call.getLength(), 64L << 20),
              call.getFlags());
      files.steps().after(Steps.Step.CALL);
      return Refused.checked(copied);
    }
  }

  /**
   * For who may read it.
   *
   * @param known whether it is not to be read for that
   */
  ByteString digest(Node node, boolean known) throws Refused {
    if (!node.regular()) throw new Refused(ErrorNumber.EINVAL);
    try (SharedDescriptor.Use use = node.use()) {
      SharedDescriptor file =
          new SharedDescriptor(Refused.checked(FileCalls.reopen(use.fd(), FileCalls.O_RDONLY)));
      try (SharedDescriptor.Use open = file.use()) {
        byte[] digest = known ? DIGESTS.known(open.fd()) : DIGESTS.of(open.fd());
        if (digest == null) throw new Refused(ErrorNumber.EAGAIN);
        return ByteString.copyFrom(digest);
      } finally {
        file.giveUp();
      }
    }
  }
}
