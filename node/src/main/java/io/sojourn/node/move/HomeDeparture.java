package io.sojourn.node.move;

import io.sojourn.checkpointer.Departure;
import io.sojourn.checkpointer.PreCopy;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.criu.ProvisionedCriu;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.net.HomeConnections;
import io.sojourn.home.net.HomeSocket;
import io.sojourn.home.net.KeptConnections;
import io.sojourn.protocol.criu.CriuTcpStream;
import io.sojourn.protocol.image.Member;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A task leaves home. No packet of its connections passes from the stop on; so its image remains
 * true until it runs elsewhere, or here again.
 */
final class HomeDeparture implements Departure {
  private static final int ANSWER_SECONDS = 10;

  private final Path criu;
  private final @Nullable Revival beside;
  private final Ahead ahead;
  private final boolean lazy;
  private final ConnectionLock lock;

  /**
   * @param numbers under which the process has it that is to become the deputy
   */
  private record Left(RawSocket socket, List<Integer> numbers) {}

  private final List<HomeSocket> connections = new ArrayList<>();
  private final List<Left> left = new ArrayList<>();
  private final List<RawSocket> listening = new ArrayList<>();
  private final List<RawSocket> datagrams = new ArrayList<>();
  private final List<RawSocket> connecting = new ArrayList<>();
  private @Nullable CgroupFreeze group;
  private @Nullable WaitingSignals signals;
  private long standingNanos;

  /**
   * @param beside where the task lives beside its deputy; null: it is its own process still
   * @param ahead what has gone before it; stays the caller's
   * @param lazy its memory follows it later
   */
  HomeDeparture(Path criu, String taskId, @Nullable Revival beside, Ahead ahead, boolean lazy) {
    this.criu = criu;
    this.beside = beside;
    this.ahead = ahead;
    this.lazy = lazy;
    this.lock = new ConnectionLock(taskId);
  }

  @Override
  public List<String> criu() {
    List<String> own = ProvisionedCriu.words(criu);
    if (beside == null) return own;
    List<String> command = new ArrayList<>(List.of("nsenter", "--target", "" + beside.first()));
    command.addAll(List.of("--pid", "--mount"));
    command.addAll(own);
    return command;
  }

  @Override
  public boolean keepsMemory() {
    return lazy || ahead.copy().isPresent();
  }

  @Override
  public List<Member> sentAhead() {
    return ahead.copy().map(PreCopy::member).stream().toList();
  }

  @Override
  public void writing(Path draft) {
    ahead
        .outbound()
        .begin(draft, draft.getFileName().toString().substring(ImageDraft.PREFIX.length()));
  }

  @Override
  public void beginning(ControlBlock task) {
    lock.cover(sockets(task));
  }

  @Override
  public void standing(ControlBlock task) {
    standingNanos = System.nanoTime();
    lock.cover(sockets(task));
  }

  private static List<InternetSocket> sockets(ControlBlock task) {
    Map<Long, InternetSocket> all = InternetSocket.inNamespaceOf(task.pid());
    return descriptors(task).keySet().stream().map(all::get).filter(Objects::nonNull).toList();
  }

  /** By inode: a process's own, and its children's. */
  private static Map<Long, List<Descriptor>> descriptors(ControlBlock task) {
    Map<Long, List<Descriptor>> sockets = new HashMap<>();
    for (int pid : Proc.tree(task.pid()))
      for (Descriptor descriptor : Descriptor.of(pid))
        if (descriptor.isSocket())
          sockets.computeIfAbsent(descriptor.inode(), first -> new ArrayList<>()).add(descriptor);
    return sockets;
  }

  @Override
  public void held(ControlBlock task, Path image) throws IOException {
    if (beside == null || keepsMemory()) {
      // Without it the process is stopped by a signal, which a shell with job control notices.
      CgroupFreeze freeze = CgroupFreeze.of(task.pid()).orElse(null);
      group = freeze;
      if (freeze != null) freeze.freeze(Proc.tree(task.pid()));
      // CRIU lets go of it as of one that runs on: the signal waits for it.
      else if (keepsMemory())
        Proc.tree(task.pid()).forEach(each -> Signals.send(each, Signals.STOP));
    }
    Map<Long, List<Descriptor>> descriptors = descriptors(task);
    for (ImageSocket socket : ImageSocket.of(image)) {
      List<Descriptor> held = descriptors.get((long) socket.ino());
      if (held == null) continue;
      if (socket.listening()) listening.add(ours(task, held));
      if (socket.connecting()) connecting.add(RawSocket.lookAt(held.get(0)));
      if (socket.protocol() == ImageSocket.Protocol.UDP && socket.local().getPort() != 0)
        datagrams.add(ours(task, held));
    }
    for (ImageSocket socket : ImageSocket.connectionsToOthers(image)) {
      List<Descriptor> held = descriptors.get((long) socket.ino());
      if (held == null) continue;
      CriuTcpStream stream = TcpStreamImage.entry(TcpStreamImage.path(image, socket.ino()));
      connections.add(HomeSocket.adopt(ours(task, held), stream.getInqLen()));
    }
    PreCopy copy = ahead.copy().orElse(null);
    if (copy != null) copy.complete(image);
    // Last: what comes behind it is lost where no control group keeps the task from taking it.
    signals = WaitingSignals.held(task.pid(), image);
  }

  private RawSocket ours(ControlBlock task, List<Descriptor> held) {
    // Until the guest asks for it, the task may have to go on with it here.
    RawSocket socket = RawSocket.lookAt(held.get(0));
    left.add(
        new Left(
            socket,
            held.stream()
                .filter(each -> each.pid() == task.pid())
                .map(Descriptor::number)
                .toList()));
    return socket;
  }

  @Override
  public void open() {
    lock.lift();
  }

  @Override
  public void undone() {
    if (group != null) group.close();
    // The task has them itself.
    connections.forEach(one -> one.socket().close());
    listening.forEach(RawSocket::close);
    datagrams.forEach(RawSocket::close);
    connecting.forEach(RawSocket::close);
    connections.clear();
    listening.clear();
    datagrams.clear();
    connecting.clear();
    left.clear();
  }

  Ahead ahead() {
    return ahead;
  }

  @Nullable Revival beside() {
    return beside;
  }

  /** For how long the task has stood still by now. */
  double standingMillis() {
    return (System.nanoTime() - standingNanos) / 1e6;
  }

  /** Keeps the process from running that is to become a deputy; null where a signal does. */
  @Nullable CgroupFreeze group() {
    return group;
  }

  /** That wait for the process when it becomes a deputy. */
  WaitingSignals signals() {
    return Objects.requireNonNull(signals);
  }

  /** The next daemon is to find them, whatever comes. */
  void into(KeptConnections kept) {
    if (beside == null)
      for (Left one : left) if (!one.numbers().isEmpty()) kept.has(one.socket(), one.numbers());
    connections.forEach(kept::waits);
  }

  /** All of them are the deputy's, too, when this returns: the process that had them may end. */
  void into(KeptConnections kept, Deputy deputy) {
    kept.heldBy(deputy);
    List<CompletableFuture<?>> taken = new ArrayList<>();
    for (Left one : left) taken.add(kept.hold(one.socket()));
    Step.of(
        "to leave the connections with the deputy",
        () ->
            CompletableFuture.allOf(taken.toArray(CompletableFuture[]::new))
                .get(ANSWER_SECONDS, TimeUnit.SECONDS));
  }

  /**
   * Connects that are under way are begun anew where the task is. Its deputy has their sockets
   * still, which would go on asking, and hold the task's addresses.
   */
  void endConnects() {
    for (RawSocket one : connecting)
      try (one) {
        one.disconnect();
      } catch (RawSocket.SocketException ended) {
        // It has failed meanwhile.
      }
    connecting.clear();
  }

  /** Home goes on with the connections. */
  void into(HomeConnections home) {
    connections.forEach(home::keep);
    listening.forEach(home::keepListening);
    datagrams.forEach(home::keepDatagrams);
  }

  /** The task has ended, and is to have them again: ours are closed without a word. */
  void giveBack() {
    for (HomeSocket one : connections) {
      TcpRepairMode.on(one.socket());
      one.socket().close();
    }
    listening.forEach(RawSocket::close);
    datagrams.forEach(RawSocket::close);
    connections.clear();
    listening.clear();
    datagrams.clear();
  }
}
