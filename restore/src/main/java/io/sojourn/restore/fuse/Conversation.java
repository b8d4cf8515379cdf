package io.sojourn.restore.fuse;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.Forget;
import io.sojourn.protocol.files.Request;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Takes the kernel's requests to home. */
final class Conversation {
  private static final int WRITE_CACHE = 1;
  private static final int O_APPEND = 02000;
  private static final int O_DSYNC = 010000;

  private final LockOwners owners = new LockOwners();
  private final WriteBehind behind = new WriteBehind();
  private final Aftermath aftermath = new Aftermath();
  private final MissingNames missing = new MissingNames();
  private final Map<Long, Pending> asked = new ConcurrentHashMap<>();
  private final Notifier notifier;
  private final Twins twins;
  private final SocketDirectory socketNames = new SocketDirectory();
  private final HomeSockets sockets;
  private final HomeFifos fifos;
  private final Answers answers;
  private volatile boolean watching;

  @SuppressWarnings("NullAway.Init")
  private volatile HomeLink link;

  /**
   * @param own root of this node's files
   */
  Conversation(Notifier notifier, Path own) {
    this.notifier = notifier;
    twins = new Twins(own, asked, request -> link.send(request));
    sockets = new HomeSockets(socketNames, request -> link.send(request));
    fifos = new HomeFifos(socketNames, request -> link.send(request));
    answers = new Answers(asked, behind, aftermath, missing, twins, notifier, sockets, fifos);
  }

  /** Who takes home's answers. */
  HomeLink.Listener answers() {
    return answers;
  }

  /** Before the first request. */
  void over(HomeLink home, boolean homeWatches) {
    link = home;
    watching = homeWatches;
    answers.over(home, homeWatches);
  }

  /** One request, of a reader's thread. */
  void request(FuseChannel channel, FuseRequest in) throws MalformedRequestException {
    switch (in.opcode()) {
      case Opcode.INIT -> init(channel, in);
      case Opcode.FORGET -> forget(channel, in, one(in.node(), in.u64(0)));
      case Opcode.BATCH_FORGET -> forget(channel, in, several(in));
      case Opcode.INTERRUPT -> interrupt(channel, in);
      case Opcode.DESTROY -> reply(channel, in.unique(), 0);
      default -> {
        if (!socketNames.answer(channel, in, answers.reply())) ask(channel, in);
      }
    }
  }

  /** Once home's files are served there: others' sockets can be reached. */
  void mounted(Path target) {
    socketNames.mounted(target);
  }

  /** Opens a file that home has told of, O_PATH: a descriptor, or -errno. */
  int open(Entry file) {
    return socketNames.open(file);
  }

  /** The task may reach others at home by names from now on. */
  void reachedBy(SocketCallers callers) {
    sockets.reachedBy(callers);
    fifos.reachedBy(callers);
  }

  /** It may not any more. */
  void reachedByNobody() {
    sockets.close();
    fifos.close();
  }

  private void init(FuseChannel channel, FuseRequest in) throws MalformedRequestException {
    FuseReply out = answers.reply();
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
    Answer known = known(pending);
    if (known != null) {
      answers.deliver(pending, known);
      return;
    }
    aftermath.begins(pending);
    missing.begins(pending);
    if (in.opcode() == Opcode.READ && twins.answer(pending)) return;
    if (mayChange(pending))
      twins.changed(in.opcode() == Opcode.COPY_FILE_RANGE ? pending.otherNode() : in.node());
    if (mayGoBehind(in) && behind.take(pending, request.getWrite())) goBehind(pending);
    else if (request.hasRelease()) behind.after(pending.node(), () -> release(pending));
    else behind.after(pending.node(), () -> alone(pending));
  }

  /** What need not be asked. */
  private @Nullable Answer known(Pending pending) {
    return switch (pending.opcode()) {
      case Opcode.GETATTR -> aftermath.attributes(pending.node(), link.heard());
      case Opcode.LOOKUP -> missing.lookup(pending, link.heard());
      default -> null;
    };
  }

  /** Whether it changes what is in a file, or lets its caller do so. */
  private static boolean mayChange(Pending pending) {
    return switch (pending.opcode()) {
      case Opcode.WRITE, Opcode.SETATTR, Opcode.FALLOCATE, Opcode.COPY_FILE_RANGE -> true;
      case Opcode.OPEN -> !FileCalls.onlyReads(pending.draft().getOpen().getFlags());
      default -> false;
    };
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
    FuseReply out = answers.reply().begin().u32(pending.draft().getWrite().getData().size()).u32(0);
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

  /** No caller waits for it, and the kernel does nothing with the answer. */
  private void release(Pending pending) {
    asked.remove(pending.unique());
    link.sendLater(pending);
    reply(pending.channel(), pending.unique(), 0);
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
  private void forget(FuseChannel channel, FuseRequest in, Forget kernels) {
    Forget forget = socketNames.counted(kernels);
    if (forget.getNodesCount() == 0) return;
    for (Forget.One one : forget.getNodesList()) {
      notifier.forgets(one.getNode());
      twins.changed(one.getNode());
    }
    link.sendLater(new Pending(channel, in, 0, Request.newBuilder().setForget(forget)));
  }

  static Forget one(long node, long lookups) {
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
    else if (!link.connected() && Dying.is(pending.thread())) leave(pending);
    else if (pending.opcode() == Opcode.SETLKW) link.interrupt(pending);
  }

  /**
   * Who was killed need not wait for home to come back. Home is asked all the same, since it may
   * have begun; the kernel will not take the answer, and what came of it is undone.
   */
  private void leave(Pending pending) {
    if (asked.remove(pending.unique()) != null)
      reply(pending.channel(), pending.unique(), ErrorNumber.EINTR);
  }

  /** When nobody asks any more. */
  void close() {
    twins.close();
  }

  void refuse(FuseChannel channel, FuseRequest in) {
    reply(channel, in.unique(), ErrorNumber.EIO);
  }

  private void reply(FuseChannel channel, long unique, int errno) {
    answers.errno(channel, unique, errno);
  }
}
