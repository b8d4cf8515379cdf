package io.sojourn.node.move;

import io.netty.channel.EventLoop;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.home.net.FoundConnections;
import io.sojourn.home.net.HomeConnections;
import io.sojourn.home.net.HomePipes;
import io.sojourn.home.net.KeptConnections;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What home has of a task that is on another node. */
final class Departed {
  private static final Logger log = LoggerFactory.getLogger(Departed.class);

  private Departed() {}

  /**
   * New, and without a call.
   *
   * @param deputy pid of the process that has the task's descriptors
   * @param kept what outlives this daemon of its connections
   * @param keepMillis for how long they stay open when it is not heard of; 0: for ever
   */
  static MovedTask.Away streams(
      MovedTask task,
      int deputy,
      String node,
      EventLoop loop,
      KeptConnections kept,
      long keepMillis) {
    HomeConnections connections = new HomeConnections(kept);
    StreamSession session =
        new StreamSession(task.id(), StreamSession.Side.HOME, loop, connections);
    connections.start(session);
    HomePipes pipes = new HomePipes(deputy, kept.pipes());
    StreamSession pipeSession =
        new StreamSession(Moves.pipesOf(task), StreamSession.Side.HOME, loop, pipes);
    Contact contact = new Contact(new HomeWaits(session, connections, keepMillis));
    return new MovedTask.Away(node, session, connections, pipeSession, pipes, new Start(), contact);
  }

  /** Of a task that an earlier daemon has sent there. */
  static MovedTask.Away found(MovedTask task, MoveRecord record, EventLoop loop, Path ledger) {
    FoundConnections connections =
        Step.of("to find the connections again", () -> FoundConnections.of(ledger, task.deputy()));
    MovedTask.Away away =
        streams(
            task,
            task.deputy().pid(),
            record.node(),
            loop,
            connections.kept(),
            record.keepMillis());
    Step.of(
        "to go on with the connections",
        () ->
            Step.on(
                loop,
                () -> {
                  connections.into(away.connections(), away.session());
                  away.pipeSession().lost(connections.kept().generation());
                  away.pipes().goOn(away.pipeSession());
                  return away;
                }));
    log.info("task {} has {} connections", task.name(), away.session().size());
    return away;
  }
}
