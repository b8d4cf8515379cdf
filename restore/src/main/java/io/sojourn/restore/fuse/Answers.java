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
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes home's answers to the kernel. */
final class Answers implements HomeLink.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final int F_UNLCK = 2;

  private final ThreadLocal<FuseReply> replies = ThreadLocal.withInitial(FuseReply::new);
  private final Map<Long, Pending> asked;
  private final WriteBehind behind;
  private final Aftermath aftermath;
  private final MissingNames missing;
  private final Twins twins;
  private final Notifier notifier;
  private final HomeSockets sockets;
  private final HomeFifos fifos;
  private volatile ToKernel toKernel = new ToKernel(false);

  @SuppressWarnings("NullAway.Init")
  private volatile HomeLink link;

  Answers(
      Map<Long, Pending> asked,
      WriteBehind behind,
      Aftermath aftermath,
      MissingNames missing,
      Twins twins,
      Notifier notifier,
      HomeSockets sockets,
      HomeFifos fifos) {
    this.sockets = sockets;
    this.fifos = fifos;
    this.twins = twins;
    this.asked = asked;
    this.behind = behind;
    this.aftermath = aftermath;
    this.missing = missing;
    this.notifier = notifier;
  }

  void over(HomeLink home, boolean homeWatches) {
    link = home;
    toKernel = new ToKernel(homeWatches);
  }

  /** This thread's. */
  FuseReply reply() {
    return replies.get();
  }

  void errno(FuseChannel channel, long unique, int errno) {
    FuseReply out = replies.get().begin();
    channel.write(out.memory(), out.end(unique, errno));
  }

  @Override
  public void answered(Pending pending, Answer answer) {
    Consumer<Answer> then = pending.then();
    if (then != null) then.accept(answer);
    aftermath.ended(pending, answer);
    missing.ended(pending, answer, link.heard());
    if (pending.isBehind()) behind.done(pending, answer);
    if (silent(pending) || pending.isBehind()) return;
    remember(answer);
    if (pending.opcode() == Opcode.OPEN && answer.getHandle().getSize() > 0)
      twins.opened(pending, answer.getHandle());
    if (answer.hasCreated()) twins.changed(answer.getCreated().getEntry().getNode());
    long node = entry(answer);
    if (node != 0 && behind.mayLack(node, pending.nanos()))
      behind.after(node, () -> refresh(pending, answer, node));
    else if (locked(pending, answer))
      // What its holder wrote before must be seen now, and not when the news of it arrives.
      notifier.tell(
          List.of(Change.newBuilder().setNode(pending.node()).build()),
          () -> deliver(pending, answer));
    else if (pending.opcode() == Opcode.LOOKUP && HomeFifos.isFifo(answer.getEntry()))
      fifos.lookedUp(pending, answer, () -> deliver(pending, answer));
    else if (pending.opcode() == Opcode.LOOKUP)
      sockets.lookedUp(pending, answer, () -> deliver(pending, answer));
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

  /** Names whose files are being written go without attributes; those of FIFOs are looked up. */
  private Answer listed(Pending pending, Answer answer) {
    Forget.Builder forget = Forget.newBuilder();
    Answer.Builder listed = answer.toBuilder();
    for (Entries.One.Builder one : listed.getEntriesBuilder().getEntriesBuilderList())
      if (one.hasEntry()
          && (behind.mayLack(one.getEntry().getNode(), pending.nanos())
              || HomeFifos.isFifo(one.getEntry()))) {
        forget.addNodes(Forget.One.newBuilder().setNode(one.getEntry().getNode()).setLookups(1));
        one.clearEntry();
      }
    if (forget.getNodesCount() == 0) return answer;
    link.send(pending.ours(Request.newBuilder().setForget(forget), done -> {}));
    return listed.build();
  }

  /** Tells the kernel. */
  void deliver(Pending pending, Answer given) {
    Answer answer = given.hasEntries() ? listed(pending, given) : given;
    boolean fresh = answer.getAsOf() >= link.heard() && !HomeFifos.isFifo(answer.getEntry());
    if (fresh && answer.getErrno() == ErrorNumber.ENOENT && pending.opcode() == Opcode.LOOKUP)
      notifier.knowsAbsent(pending.node(), pending.name());
    FuseReply out = replies.get();
    int length = toKernel.translate(pending, answer, fresh, out);
    asked.remove(pending.unique());
    if (pending.channel().write(out.memory(), length) < 0) undo(pending, answer);
    // News that came while this was said may not have found anything to make old.
    if (fresh && answer.getAsOf() < link.heard()) old(pending, answer);
    wroteElsewhere(pending, answer);
  }

  /** The kernel waits for nothing. */
  private static boolean silent(Pending pending) {
    return switch (pending.opcode()) {
      case Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.RELEASE, Opcode.RELEASEDIR -> true;
      default -> false;
    };
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
      link.send(
          pending.ours(Request.newBuilder().setForget(Conversation.one(node, 1)), done -> {}));
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
    missing.changed(invalidation.getChangesList());
    twins.changed(invalidation.getChangesList());
    notifier.tell(invalidation.getChangesList());
  }

  @Override
  public void failed(Pending pending) {
    Answer lost = Answer.newBuilder().setErrno(ErrorNumber.EIO).build();
    Consumer<Answer> then = pending.then();
    if (then != null) then.accept(lost);
    aftermath.ended(pending, lost);
    if (pending.isBehind()) behind.done(pending, lost);
    if (silent(pending) || pending.isBehind()) return;
    asked.remove(pending.unique());
    LOG.debug("Call {} fails: home is lost", pending.opcode());
    errno(pending.channel(), pending.unique(), ErrorNumber.EIO);
  }
}
