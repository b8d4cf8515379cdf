package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.protocol.files.Attributes;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.Forget;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A directory that home does not have, in which this process makes names for files that it has:
 * sockets. Nobody else knows what it is called, and its mode lets in nobody but root.
 */
final class SocketDirectory implements AutoCloseable {
  private static final long ROOT = 1;

  /** No number of home's. */
  private static final long NODE = 1L << 62;

  private static final int MODE = 040700;
  private static final Validity NOT_LATER = new Validity(false, false);

  private static final Entry ITSELF =
      Entry.newBuilder()
          .setNode(NODE)
          .setAttributes(Attributes.newBuilder().setInode(NODE).setMode(MODE).setLinks(2))
          .build();

  private final String own = ".sojourn-" + new BigInteger(128, new SecureRandom()).toString(36);
  private final AtomicLong names = new AtomicLong();
  private final Map<ByteString, Entry> files = new ConcurrentHashMap<>();

  /** Those that have their name already, to be opened by it. */
  private final Map<ByteString, Entry> named = new ConcurrentHashMap<>();

  /** By node: what the kernel counts as lookups of it, and home does not. */
  private final Map<Long, Long> uncounted = new ConcurrentHashMap<>();

  private volatile @Nullable Path mount;

  /** Once home's files are served there. */
  void mounted(Path target) {
    mount = target;
  }

  /**
   * Does something with the directory's descriptor, which is not kept: whoever unmounts the file
   * system would find it busy.
   *
   * @param work gives an errno as a negative number where it fails
   * @return the same, also where there is no directory (any more)
   */
  int inside(IntUnaryOperator work) {
    Path target = mount;
    if (target == null) return -ErrorNumber.ENOTCONN;
    int opened = FileCalls.directory(target.resolve(own).toString());
    if (opened < 0) return opened;
    try {
      return work.applyAsInt(opened);
    } finally {
      FileCalls.close(opened);
    }
  }

  /** A new one, for this file; until {@link #bound} the file is found by it. */
  String name(Entry file) {
    String name = Long.toString(names.incrementAndGet(), 36);
    files.put(ByteString.copyFromUtf8(name), file);
    return name;
  }

  /** The socket has the file, or none. */
  void bound(byte[] name) {
    files.remove(ByteString.copyFrom(name));
  }

  /**
   * Opens a file that the guest's kernel may know, O_PATH.
   *
   * @return a descriptor, or an errno as a negative number
   */
  int open(Entry file) {
    ByteString name = ByteString.copyFromUtf8(Long.toString(names.incrementAndGet(), 36));
    named.put(name, file);
    int opened = inside(directory -> FileCalls.handle(directory, name.toByteArray()));
    named.remove(name);
    return opened;
  }

  /** Answers what is asked about the directory; false where that is something of home's. */
  boolean answer(FuseChannel channel, FuseRequest in, FuseReply out)
      throws MalformedRequestException {
    boolean lookup = in.opcode() == Opcode.LOOKUP;
    if (lookup && in.node() == ROOT && in.name(0).equals(ByteString.copyFromUtf8(own)))
      return reply(channel, in, out.begin().entry(ITSELF, NOT_LATER), 0);
    if (in.node() != NODE) return false;
    return switch (in.opcode()) {
      case Opcode.LOOKUP ->
          found(channel, in, out.begin(), named.get(in.name(0)), ErrorNumber.ENOENT);
      case Opcode.GETATTR ->
          reply(channel, in, out.begin().attributesOut(ITSELF.getAttributes(), NOT_LATER), 0);
      case Opcode.MKNOD ->
          found(channel, in, out.begin(), files.get(in.name(16)), ErrorNumber.EPERM);
      case Opcode.GETXATTR -> reply(channel, in, out.begin(), ErrorNumber.ENODATA);
      default -> reply(channel, in, out.begin(), ErrorNumber.EPERM);
    };
  }

  private boolean found(
      FuseChannel channel, FuseRequest in, FuseReply out, @Nullable Entry file, int none) {
    if (file == null) return reply(channel, in, out, none);
    uncounted.merge(file.getNode(), 1L, Long::sum);
    return reply(channel, in, out.entry(file, NOT_LATER), 0);
  }

  private static boolean reply(FuseChannel channel, FuseRequest in, FuseReply out, int errno) {
    channel.write(out.memory(), out.end(in.unique(), errno));
    return true;
  }

  /** As home counts. */
  Forget counted(Forget kernels) {
    if (uncounted.isEmpty()
        && kernels.getNodesList().stream().noneMatch(one -> one.getNode() == NODE)) return kernels;
    Forget.Builder homes = Forget.newBuilder();
    for (Forget.One one : kernels.getNodesList()) {
      if (one.getNode() == NODE) continue;
      Long more = uncounted.remove(one.getNode());
      homes.addNodes(one.toBuilder().setLookups(one.getLookups() - (more == null ? 0 : more)));
    }
    return homes.build();
  }

  @Override
  public void close() {
    mount = null;
  }
}
