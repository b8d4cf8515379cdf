package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Change;
import io.sojourn.protocol.files.Entries;
import io.sojourn.protocol.files.Forget;
import io.sojourn.protocol.files.Invalidation;
import io.sojourn.protocol.files.Release;
import io.sojourn.protocol.files.Request;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the kernel's requests to home and home's answers to the kernel. */
final class Conversation implements HomeLink.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

  private final ThreadLocal<FuseReply> replies = ThreadLocal.withInitial(FuseReply::new);
  private final Map<Long, Pending> asked = new ConcurrentHashMap<>();
  private final LockOwners owners = new LockOwners();
  private final Notifier notifier;
  private volatile ToKernel toKernel = new ToKernel(false);
  private volatile boolean watching;
  private volatile HomeLink link;

  @SuppressWarnings("NullAway.Init")
  Conversation(Notifier notifier) {
    this.notifier = notifier;
  }

  /** Before the first request. */
  void over(HomeLink home, boolean homeWatches) {
    link = home;
    watching = homeWatches;
    toKernel = new ToKernel(homeWatches);
  }

  /** One request, of a reader's thread. */
  void request(FuseChannel channel, FuseRequest in) throws MalformedRequestException {
    switch (in.opcode()) {
      case Opcode.INIT -> init(channel, in);
      case Opcode.FORGET -> forget(channel, in, one(in.node(), in.u64(0)));
      case Opcode.BATCH_FORGET -> forget(channel, in, several(in));
      case Opcode.INTERRUPT -> interrupt(channel, in);
      case Opcode.DESTROY -> reply(channel, in.unique(), 0);
      case Opcode.FLUSH -> {
        if (owners.release(in.node(), in.u64(16))) ask(channel, in);
        else reply(channel, in.unique(), 0);
      }
      default -> ask(channel, in);
    }
  }

  private void init(FuseChannel channel, FuseRequest in) throws MalformedRequestException {
    FuseReply out = replies.get();
    long agreed = InitExchange.answer(in, watching, out);
    notifier.canExpire((agreed & InitExchange.HAS_EXPIRE_ONLY) != 0);
    channel.write(out.memory(), out.end(in.unique(), 0));
  }

  private void ask(FuseChannel channel, FuseRequest in) throws MalformedRequestException {
    Request.Builder request = Request.newBuilder();
    if (!ToHome.translate(in, request)) {
      reply(channel, in.unique(), ErrorNumber.ENOSYS);
      return;
    }
    if (request.hasSetLock()) owners.locks(in.node(), request.getSetLock().getOwner());
    Pending pending = new Pending(channel, in, size(in), request);
    asked.put(in.unique(), pending);
    link.send(pending);
  }

  private static int size(FuseRequest in) throws MalformedRequestException {
    return switch (in.opcode()) {
      case Opcode.READ, Opcode.READDIR, Opcode.READDIRPLUS -> in.u32(16);
      case Opcode.GETXATTR, Opcode.LISTXATTR -> in.u32(0);
      default -> 0;
    };
  }

  /** Nobody waits for it. */
  private void forget(FuseChannel channel, FuseRequest in, Forget forget) {
    forget.getNodesList().forEach(one -> notifier.forgets(one.getNode()));
    link.send(new Pending(channel, in, 0, Request.newBuilder().setForget(forget)));
  }

  private static Forget one(long node, long lookups) {
    return Forget.newBuilder()
        .addNodes(Forget.One.newBuilder().setNode(node).setLookups(lookups))
        .build();
  }

  private static Forget several(FuseRequest in) throws MalformedRequestException {
    Forget.Builder forget = Forget.newBuilder();
    int count = in.u32(0);
    for (int i = 0; i < count; i++)
      forget.addNodes(
          Forget.One.newBuilder().setNode(in.u64(8 + i * 16)).setLookups(in.u64(16 + i * 16)));
    return forget.build();
  }

  private void interrupt(FuseChannel channel, FuseRequest in) throws MalformedRequestException {
    Pending pending = asked.get(in.u64(0));
    // It may be in another reader's hands still: the kernel says it again.
    if (pending == null) reply(channel, in.unique(), ErrorNumber.EAGAIN);
    else if (pending.opcode() == Opcode.SETLKW) link.interrupt(pending);
  }

  void refuse(FuseChannel channel, FuseRequest in) {
    reply(channel, in.unique(), ErrorNumber.EIO);
  }

  private void reply(FuseChannel channel, long unique, int errno) {
    FuseReply out = replies.get().begin();
    channel.write(out.memory(), out.end(unique, errno));
  }

  @Override
  public void answered(Pending pending, Answer answer) {
    if (silent(pending)) return;
    boolean fresh = answer.getAsOf() >= link.heard();
    remember(answer);
    FuseReply out = replies.get();
    int length = toKernel.translate(pending, answer, fresh, out);
    asked.remove(pending.unique());
    if (pending.channel().write(out.memory(), length) < 0) undo(pending, answer);
    // News that came while this was said may not have found anything to make old.
    if (fresh && answer.getAsOf() < link.heard()) old(pending, answer);
    wroteElsewhere(pending, answer);
  }

  private static boolean silent(Pending pending) {
    return pending.opcode() == Opcode.FORGET || pending.opcode() == Opcode.BATCH_FORGET;
  }

  private void remember(Answer answer) {
    if (answer.hasEntry()) notifier.knows(answer.getEntry().getNode());
    if (answer.hasCreated()) notifier.knows(answer.getCreated().getEntry().getNode());
    if (answer.hasEntries())
      for (Entries.One one : answer.getEntries().getEntriesList())
        if (one.hasEntry()) notifier.knows(one.getEntry().getNode());
  }

  /** The caller was killed meanwhile, and the kernel has thrown the answer away. */
  private void undo(Pending pending, Answer answer) {
    long node =
        answer.hasCreated()
            ? answer.getCreated().getEntry().getNode()
            : answer.hasEntry() ? answer.getEntry().getNode() : 0;
    long handle =
        answer.hasCreated()
            ? answer.getCreated().getHandle()
            : answer.hasHandle() ? answer.getHandle().getHandle() : 0;
    if (handle != 0)
      link.send(
          pending.silently(
              Request.newBuilder()
                  .setNode(pending.node())
                  .setRelease(Release.newBuilder().setHandle(handle))));
    if (node != 0) link.send(pending.silently(Request.newBuilder().setForget(one(node, 1))));
  }

  private void old(Pending pending, Answer answer) {
    ByteString name = pending.name();
    Change.Builder file = Change.newBuilder().setNode(pending.node());
    if (answer.hasEntry()) file.setNode(answer.getEntry().getNode());
    if (name.isEmpty()) notifier.tell(List.of(file.build()));
    else
      notifier.tell(
          List.of(Change.newBuilder().setNode(pending.node()).setName(name).build(), file.build()));
  }

  /** The kernel believes that it has appended at the end that it knew. */
  private void wroteElsewhere(Pending pending, Answer answer) {
    if (!answer.getWritten().hasEnd()) return;
    long believed = pending.draft().getWrite().getOffset() + answer.getWritten().getSize();
    if (believed != answer.getWritten().getEnd())
      notifier.tell(List.of(Change.newBuilder().setNode(pending.node()).build()));
  }

  @Override
  public void changed(Invalidation invalidation) {
    notifier.tell(invalidation.getChangesList());
  }

  @Override
  public void failed(Pending pending) {
    if (silent(pending)) return;
    asked.remove(pending.unique());
    LOG.debug("Call {} fails: home is lost", pending.opcode());
    reply(pending.channel(), pending.unique(), ErrorNumber.EIO);
  }
}
