package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Change;
import io.sojourn.protocol.files.Entries;
import io.sojourn.protocol.files.Forget;
import io.sojourn.protocol.files.GetAttributes;
import io.sojourn.protocol.files.Invalidation;
import io.sojourn.protocol.files.Release;
import io.sojourn.protocol.files.Request;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the kernel's requests to home and home's answers to the kernel. */
final class Conversation implements HomeLink.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
  private static final int F_UNLCK = 2;
  private static final int WRITE_CACHE = 1;
  private static final int O_APPEND = 02000;
  private static final int O_DSYNC = 010000;

  private final ThreadLocal<FuseReply> replies = ThreadLocal.withInitial(FuseReply::new);
  private final Map<Long, Pending> asked = new ConcurrentHashMap<>();
  private final LockOwners owners = new LockOwners();
  private final WriteBehind behind = new WriteBehind();
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
    if (in.opcode() == Opcode.COPY_FILE_RANGE) pending.otherNode(in.u64(16));
    asked.put(in.unique(), pending);
    if (mayGoBehind(in) && behind.take(pending, request.getWrite())) goBehind(pending);
    else behind.after(pending.node(), () -> alone(pending));
  }

  /** Not what the kernel writes from a mapping: it waits for that elsewhere than in a call. */
  private static boolean mayGoBehind(FuseRequest in) throws MalformedRequestException {
    return in.opcode() == Opcode.WRITE
        && (in.u32(20) & WRITE_CACHE) == 0
        && (in.u32(32) & (O_APPEND | O_DSYNC)) == 0;
  }

  private void goBehind(Pending pending) {
    pending.behind();
    asked.remove(pending.unique());
    FuseReply out = replies.get().begin().u32(pending.draft().getWrite().getData().size()).u32(0);
    int length = out.end(pending.unique(), 0);
    // Home first: when the kernel hears, the caller may go on to what must find it there.
    link.send(pending);
    pending.channel().write(out.memory(), length);
  }

  /** Nothing is under way to the file any more. */
  private void alone(Pending pending) {
    int failed =
        switch (pending.opcode()) {
          case Opcode.WRITE, Opcode.FSYNC, Opcode.FLUSH -> behind.error(pending.node());
          default -> 0;
        };
    boolean locks =
        pending.opcode() == Opcode.FLUSH
            && owners.release(pending.node(), pending.draft().getFlush().getOwner());
    if (failed != 0 || (pending.opcode() == Opcode.FLUSH && !locks)) {
      asked.remove(pending.unique());
      reply(pending.channel(), pending.unique(), failed);
    } else if (pending.opcode() == Opcode.COPY_FILE_RANGE)
      behind.after(pending.otherNode(), () -> link.send(pending));
    else link.send(pending);
  }

  /** Waits until all that has been written by now is at home; false when that takes too long. */
  boolean drain(long millis) throws InterruptedException {
    return behind.drain(millis);
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
    Consumer<Answer> then = pending.then();
    if (then != null) then.accept(answer);
    if (pending.isBehind()) behind.done(pending, answer);
    if (silent(pending) || pending.isBehind()) return;
    remember(answer);
    long node = entry(answer);
    if (node != 0 && behind.mayLack(node, pending.nanos()))
      behind.after(node, () -> refresh(pending, answer, node));
    else if (locked(pending, answer))
      // What its holder wrote before must be seen now, and not when the news of it arrives.
      notifier.tell(
          List.of(Change.newBuilder().setNode(pending.node()).build()),
          () -> deliver(pending, answer));
    else deliver(pending, answer);
  }

  private static boolean locked(Pending pending, Answer answer) {
    if (answer.getErrno() != 0) return false;
    return switch (pending.draft().getCallCase()) {
      case SET_LOCK -> pending.draft().getSetLock().getType() != F_UNLCK;
      case WHOLE_LOCK -> pending.draft().getWholeLock().getType() != F_UNLCK;
      default -> false;
    };
  }

  /** The file that an answer tells of beside the one that was asked about; 0: none. */
  private static long entry(Answer answer) {
    if (answer.hasCreated()) return answer.getCreated().getEntry().getNode();
    return answer.hasEntry() ? answer.getEntry().getNode() : 0;
  }

  /** Home looked before it had all that was written: it looks again. */
  private void refresh(Pending pending, Answer answer, long node) {
    Request.Builder again =
        Request.newBuilder().setNode(node).setGetAttributes(GetAttributes.getDefaultInstance());
    link.send(pending.ours(again, newer -> deliver(pending, with(answer, newer))));
  }

  private static Answer with(Answer answer, Answer newer) {
    if (newer.getErrno() != 0) return answer;
    Answer.Builder merged = answer.toBuilder();
    if (merged.hasEntry()) merged.getEntryBuilder().setAttributes(newer.getAttributes());
    else merged.getCreatedBuilder().getEntryBuilder().setAttributes(newer.getAttributes());
    return merged.build();
  }

  /** Names whose files are being written go without attributes. */
  private Answer listed(Pending pending, Answer answer) {
    Forget.Builder forget = Forget.newBuilder();
    Answer.Builder listed = answer.toBuilder();
    for (Entries.One.Builder one : listed.getEntriesBuilder().getEntriesBuilderList())
      if (one.hasEntry() && behind.mayLack(one.getEntry().getNode(), pending.nanos())) {
        forget.addNodes(Forget.One.newBuilder().setNode(one.getEntry().getNode()).setLookups(1));
        one.clearEntry();
      }
    if (forget.getNodesCount() == 0) return answer;
    link.send(pending.ours(Request.newBuilder().setForget(forget), done -> {}));
    return listed.build();
  }

  private void deliver(Pending pending, Answer given) {
    Answer answer = given.hasEntries() ? listed(pending, given) : given;
    boolean fresh = answer.getAsOf() >= link.heard();
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
    long node = entry(answer);
    long handle =
        answer.hasCreated()
            ? answer.getCreated().getHandle()
            : answer.hasHandle() ? answer.getHandle().getHandle() : 0;
    if (handle != 0)
      link.send(
          pending.ours(
              Request.newBuilder()
                  .setNode(pending.node())
                  .setRelease(Release.newBuilder().setHandle(handle)),
              done -> {}));
    if (node != 0)
      link.send(pending.ours(Request.newBuilder().setForget(one(node, 1)), done -> {}));
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
    Answer lost = Answer.newBuilder().setErrno(ErrorNumber.EIO).build();
    Consumer<Answer> then = pending.then();
    if (then != null) then.accept(lost);
    if (pending.isBehind()) behind.done(pending, lost);
    if (silent(pending) || pending.isBehind()) return;
    asked.remove(pending.unique());
    LOG.debug("Call {} fails: home is lost", pending.opcode());
    reply(pending.channel(), pending.unique(), ErrorNumber.EIO);
  }
}
