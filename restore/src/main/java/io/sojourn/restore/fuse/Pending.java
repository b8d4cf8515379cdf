package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Request;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request of the kernel's that home has not answered yet, and what its answer needs. */
final class Pending {
  private final FuseChannel channel;
  private final int opcode;
  private final long unique;
  private final long node;
  private final int thread;
  private final int size;
  private final Request.Builder draft;
  private @Nullable Request request;
  private final long nanos = System.nanoTime();
  private final @Nullable Consumer<Answer> then;
  private final ContentArrays.@Nullable Lent content;
  private volatile boolean interrupted;
  private volatile boolean behind;
  private volatile long otherNode;

  /**
   * @param size of the kernel's buffer, for calls that say one
   */
  Pending(FuseChannel channel, FuseRequest in, int size, Request.Builder draft) {
    this.channel = channel;
    this.opcode = in.opcode();
    this.unique = in.unique();
    this.node = in.node();
    this.thread = in.thread();
    this.size = size;
    this.draft = draft;
    this.then = null;
    this.content = in.lent();
  }

  private Pending(FuseChannel channel, long node, Request.Builder draft, Consumer<Answer> then) {
    this.channel = channel;
    this.then = then;
    this.opcode = Opcode.FORGET;
    this.thread = 0;
    this.unique = 0;
    this.node = node;
    this.size = 0;
    this.draft = draft;
    this.content = null;
  }

  /** Something of our own to ask, whose answer the kernel does not wait for. */
  Pending ours(Request.Builder other, Consumer<Answer> answered) {
    return new Pending(channel, node, other, answered);
  }

  @Nullable Consumer<Answer> then() {
    return then;
  }

  /** When it was asked. */
  long nanos() {
    return nanos;
  }

  /** A write that the kernel believes done. */
  void behind() {
    behind = true;
  }

  boolean isBehind() {
    return behind;
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

  int thread() {
    return thread;
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

  /** Home has done it: it is never sent again. */
  void isDone() {
    if (content != null) content.giveBack();
  }

  void interrupt() {
    interrupted = true;
  }

  boolean interrupted() {
    return interrupted;
  }

  /** Where a copy goes to; its own file where it is none. */
  long otherNode() {
    return otherNode;
  }

  void otherNode(long to) {
    otherNode = to;
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
