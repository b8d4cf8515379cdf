package io.sojourn.node.move;

import io.netty.channel.EventLoop;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.net.HomeConnections;
import io.sojourn.home.net.HomePipes;

/** What home has of a task that is on another node. */
final class Departed {
  private Departed() {}

  /**
   * New, and without a call.
   *
   * @param deputy pid of the process that has the task's descriptors
   */
  static MovedTask.Away streams(MovedTask task, int deputy, String node, EventLoop loop) {
    HomeConnections connections = new HomeConnections();
    StreamSession session =
        new StreamSession(task.id(), StreamSession.Side.HOME, loop, connections);
    connections.start(session);
    HomePipes pipes = new HomePipes(deputy);
    StreamSession pipeSession =
        new StreamSession(Moves.pipesOf(task), StreamSession.Side.HOME, loop, pipes);
    return new MovedTask.Away(
        node, session, connections, pipeSession, pipes, new Start(), new Contact());
  }

  /** Where the deputy listens, home goes on listening: with all that waits there. */
  static void keepListening(Deputy deputy, HomeConnections connections) {
    deputy
        .descriptors()
        .sockets()
        .forEach(
            (number, socket) -> {
              if (socket.tcp() && socket.listening())
                connections.keepListening(RawSocket.duplicateOf(descriptor(deputy, number)));
            });
  }

  private static Descriptor descriptor(Deputy deputy, int number) {
    return Descriptor.of(deputy.pid()).stream()
        .filter(held -> held.number() == number)
        .findAny()
        .orElseThrow();
  }
}
