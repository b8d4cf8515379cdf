package io.sojourn.node.move;

import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.SocketDiagnosis;
import io.sojourn.engine.network.Arrivals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.operation.Report;
import io.sojourn.home.net.Homecoming;
import io.sojourn.protocol.move.DepartRequest;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.UnreadInput;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task's way home: its image comes back, and its connections become the kernel's again. */
final class WayHome {
  private static final Logger log = LoggerFactory.getLogger(WayHome.class);

  private final Moves.Settings settings;
  private final Moves moves;
  private final Report report;

  WayHome(Moves.Settings settings, Moves moves, Report report) {
    this.settings = settings;
    this.moves = moves;
    this.report = report;
  }

  Moves.Moved go(MovedTask task, int incarnation) {
    task.setsOut();
    try {
      return Step.of("the way home", () -> comeHome(task, incarnation));
    } finally {
      task.arrives();
    }
  }

  private Moves.Moved comeHome(MovedTask task, int incarnation) throws IOException {
    MovedTask.Away away = Objects.requireNonNull(task.away());
    ConnectionLock lock = new ConnectionLock(task.id());
    try {
      report.phase("let arrive", () -> Step.of("the way home", () -> letArrive(away, lock)));
      // What the peers send from now on would not be in the image.
      lock.cover(carried(away));
      DepartResponse gone =
          report.phase(
              "dump and ship",
              () ->
                  Step.at(
                      away.node(),
                      () ->
                          GuestWorldsGrpc.newBlockingStub(
                                  settings.peers().get().channel(away.node()))
                              .depart(
                                  DepartRequest.newBuilder().setLife(Face.life(task)).build())));
      long told = System.nanoTime();
      Path image = Images.directory(settings.memory(), task.id()).resolve("image");
      Trees.delete(image);
      Files.move(Images.arrived(settings.memory(), gone.getDirectory()), image);
      merge(away, lock, gone, image);
      moves.callBack(task);
      Revival here =
          report.phase(
              "restore",
              () -> Step.of("the restore", () -> new Beside(settings).restore(image, task)));
      task.isHome(incarnation, here);
      unlock(lock);
      report.phase("resume", () -> here.run(incarnation));
      var unused =
          here.ended()
              .thenAcceptAsync(how -> task.face().ended(incarnation, how), settings.workers());
      Trees.delete(Objects.requireNonNull(image.getParent()));
      return new Moves.Moved(incarnation, gone.getPauseMillis() + (System.nanoTime() - told) / 1e6);
    } finally {
      unlock(lock);
    }
  }

  /** From now on nobody new comes to the task, and who is on the way gets there. */
  private boolean letArrive(MovedTask.Away away, ConnectionLock lock) throws Exception {
    Set<Integer> ports = Step.on(away.session().loop(), away.connections()::ports);
    if (ports.isEmpty()) return true;
    lock.cover(
        InternetSocket.inNamespaceOf((int) ProcessHandle.current().pid()).values().stream()
            .filter(socket -> socket.listening() && ports.contains(port(socket)))
            .toList());
    try (SocketDiagnosis diagnosis = SocketDiagnosis.make()) {
      boolean in =
          Arrivals.settle(
              () ->
                  Collections.disjoint(diagnosis.arriving(), ports)
                      && Step.on(away.session().loop(), away.connections()::settled));
      if (!in) log.warn("not all who connect to the task can be let in before it leaves");
      return in;
    }
  }

  private static int port(InternetSocket socket) {
    return Integer.parseInt(socket.local().substring(socket.local().lastIndexOf(':') + 1));
  }

  /** Writes what home's kernel holds of the connections into the image. */
  private static void merge(
      MovedTask.Away away, ConnectionLock lock, DepartResponse gone, Path image)
      throws IOException {
    SessionState state = Step.on(away.session().loop(), away.session()::freeze);
    // The task may have made connections after the first look.
    lock.cover(carried(away));
    Map<Long, FrozenRelay> sockets = Step.on(away.session().loop(), away.connections()::frozen);
    SessionState piped = Step.on(away.pipeSession().loop(), away.pipeSession()::freeze);
    away.pipes()
        .putBack(
            piped,
            gone.getUnreadList().stream()
                .collect(Collectors.toMap(UnreadInput::getNumber, UnreadInput::getBytes)));
    new Homecoming(state, sockets).into(image, gone.getStreams(), gone.getConnectionsList());
  }

  private static List<InternetSocket> carried(MovedTask.Away away) throws IOException {
    Map<InetSocketAddress, InetSocketAddress> ends =
        Step.on(away.session().loop(), away.connections()::ends);
    Set<String> wanted =
        ends.entrySet().stream()
            .map(end -> text(end.getValue()) + " -> " + text(end.getKey()))
            .collect(Collectors.toSet());
    return InternetSocket.inNamespaceOf((int) ProcessHandle.current().pid()).values().stream()
        .filter(
            socket -> socket.tcp() && wanted.contains(socket.local() + " -> " + socket.remote()))
        .toList();
  }

  private static String text(InetSocketAddress end) {
    String host = end.getAddress().getHostAddress().replaceFirst("%.*", "");
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + end.getPort();
  }

  private static void unlock(ConnectionLock lock) {
    if (lock.placed()) ConnectionLock.remove(lock.table());
  }
}
