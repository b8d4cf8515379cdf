package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.files.Request;
import org.jspecify.annotations.Nullable;

/** A request of the kernel's that home has not answered yet, and what its answer needs. */
final class Pending {
  private final FuseChannel channel;
  private final int opcode;
  private final long unique;
  private final long node;
  private final int size;
  private final Request.Builder draft;
  private @Nullable Request request;
  private volatile boolean interrupted;

  /**
   * @param size of the kernel's buffer, for calls that say one
   */
  Pending(FuseChannel channel, FuseRequest in, int size, Request.Builder draft) {
    this.channel = channel;
    this.opcode = in.opcode();
    this.unique = in.unique();
    this.node = in.node();
    this.size = size;
    this.draft = draft;
  }

  private Pending(FuseChannel channel, long node, Request.Builder draft) {
    this.channel = channel;
    this.opcode = Opcode.FORGET;
    this.unique = 0;
    this.node = node;
    this.size = 0;
    this.draft = draft;
  }

  /** Something of our own to ask, whose answer nobody wants. */
  Pending silently(Request.Builder other) {
    return new Pending(channel, node, other);
  }

  FuseChannel channel() {
    return channel;
  }

  int opcode() {
    return opcode;
  }

  long unique() {
    return unique;
  }

  long node() {
    return node;
  }

  int size() {
    return size;
  }

  Request.Builder draft() {
    return draft;
  }

  /** For the link, which gives it its id. */
  void numbered(Request numbered) {
    request = numbered;
  }

  Request request() {
    Request known = request;
    return known == null ? draft.build() : known;
  }

  void interrupt() {
    interrupted = true;
  }

  boolean interrupted() {
    return interrupted;
  }

  /** The name that it is about, in its directory; empty where it is about a file. */
  ByteString name() {
    return switch (draft.getCallCase()) {
      case LOOKUP -> draft.getLookup();
      case SYMLINK -> draft.getSymlink().getName();
      case MAKE_NODE -> draft.getMakeNode().getName();
      case MAKE_DIRECTORY -> draft.getMakeDirectory().getName();
      case LINK -> draft.getLink().getName();
      case CREATE -> draft.getCreate().getName();
      default -> ByteString.EMPTY;
    };
  }
}
