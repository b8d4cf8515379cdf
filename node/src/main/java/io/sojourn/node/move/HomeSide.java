package io.sojourn.node.move;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.home.net.Homecoming;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.TakenInput;
import io.sojourn.protocol.move.UnreadInput;
import io.sojourn.protocol.stream.SessionState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Home's side of all streams of a task that comes home: taken apart, and put together again. */
final class HomeSide {
  private final MovedTask.Away away;
  private DepartResponse gone;
  private final SessionState pipes;
  private final Homecoming homecoming;
  private boolean closed;

  private HomeSide(
      MovedTask.Away away, DepartResponse gone, SessionState pipes, Homecoming homecoming) {
    this.away = away;
    this.gone = gone;
    this.pipes = pipes;
    this.homecoming = homecoming;
  }

  /** The task stands still on the other node, and no packet of its connections passes. */
  static HomeSide takeApart(MovedTask.Away away, DepartResponse gone) throws IOException {
    SessionState state = Step.on(away.session().loop(), away.session()::freeze);
    Map<Long, FrozenRelay> sockets = Step.on(away.session().loop(), away.connections()::frozen);
    SessionState pipes = Step.on(away.pipeSession().loop(), away.pipeSession()::freeze);
    return new HomeSide(away, gone, pipes, new Homecoming(state, sockets));
  }

  /** Writes what home's kernel holds of the connections into the image. */
  void into(Path image) throws IOException {
    SessionState streams = gone.getStreams();
    List<FrozenConnection> relays = new ArrayList<>(gone.getConnectionsList());
    // Megabytes for each connection: nobody else is to have them when the image has.
    gone = Gone.withoutConnections(gone);
    homecoming.into(image, streams, relays);
  }

  /** The task is to have the addresses. */
  void close() throws IOException {
    closed = true;
    homecoming.close(away.connections().kept());
    Step.on(
        away.session().loop(),
        () -> {
          away.connections().release();
          return away;
        });
  }

  /** What was read for the task and not by it, goes back to where it came from. */
  void putBack() throws IOException {
    away.pipes()
        .putBack(
            pipes,
            gone.getUnreadList().stream()
                .collect(Collectors.toMap(UnreadInput::getNumber, UnreadInput::getBytes)),
            gone.getTakenList().stream()
                .collect(Collectors.toMap(TakenInput::getAtHome, TakenInput::getOffset)));
  }

  /**
   * The task runs at home: what it had closed goes to the peers, and of what leads out of it by
   * pipes, terminals and unix connections nobody else has an end, so that theirs are seen.
   */
  void deliver() throws IOException {
    homecoming.deliver(away.session().loop());
    Step.on(
        away.pipeSession().loop(),
        () -> {
          away.pipes().leave();
          return away;
        });
  }

  /** The task stays where it was: everything goes on at its byte. */
  void joinAgain() throws IOException {
    homecoming.undo();
    if (closed) holdAgain();
    for (var session : List.of(away.session(), away.pipeSession()))
      Step.on(
          session.loop(),
          () -> {
            session.thaw();
            return session;
          });
    Step.on(
        away.session().loop(),
        () -> {
          away.connections().connectAgain();
          return away;
        });
  }

  private void holdAgain() throws IOException {
    Step.on(
        away.session().loop(),
        () -> {
          away.connections().holdAgain();
          return away;
        });
    away.connections().kept().madeAgain();
  }

  /** Packets pass again. */
  static void askPeers(MovedTask.Away away) {
    away.session().loop().execute(() -> away.connections().askPeers());
  }

  /** The sockets of the task's connections. */
  static List<InternetSocket> sockets(MovedTask.Away away) throws IOException {
    Set<String> wanted =
        Step.on(away.session().loop(), away.connections()::ends).stream()
            .map(end -> text(end.local()) + " -> " + text(end.peer()))
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
}
