package io.sojourn.node.daemon;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.network.GroupEnds;
import io.sojourn.engine.network.RelocatedEnd;
import io.sojourn.protocol.group.Connection;
import io.sojourn.protocol.group.Connections;
import io.sojourn.protocol.group.GoOn;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What nodes say to each other of their tasks' connections. */
final class GroupWords {
  /** A step is done. */
  static final Word DONE = Word.newBuilder().setDone(GoOn.getDefaultInstance()).build();

  /** All have done it. */
  static final Order GO_ON = Order.newBuilder().setGoOn(GoOn.getDefaultInstance()).build();

  private GroupWords() {}

  static Connections of(GroupEnds ends) {
    return Connections.newBuilder()
        .addAllOwn(ends.own().stream().map(GroupWords::of).toList())
        .addAllPorts(ends.ports())
        .addAllOrphans(ends.orphans().stream().map(GroupWords::of).toList())
        .build();
  }

  static Connections of(Collection<InternetSocket> ends) {
    return Connections.newBuilder().addAllOwn(ends.stream().map(GroupWords::of).toList()).build();
  }

  static Connection of(InternetSocket end) {
    return Connection.newBuilder()
        .setProtocol(end.protocol())
        .setState(end.state())
        .setLocal(end.local())
        .setRemote(end.remote())
        .build();
  }

  static GroupEnds ends(Connections said) {
    return new GroupEnds(
        sockets(said.getOwnList()),
        Set.copyOf(said.getPortsList()),
        sockets(said.getOrphansList()));
  }

  /**
   * An end of a task that is in an image.
   *
   * @param node where the task is to live
   */
  static RelocatedEnd end(Connection said, String node) {
    InternetSocket then = sockets(List.of(said)).get(0);
    return new RelocatedEnd(
        said.getTask(), said.getFrom(), node, then, said.getNowLocal(), said.getRemote());
  }

  static Connection of(RelocatedEnd end) {
    return of(end.then()).toBuilder()
        .setTask(end.task())
        .setFrom(end.from())
        .setNowLocal(end.local())
        .setNowRemote(end.remote())
        .build();
  }

  /** Of images, with what they are called where their tasks are to live. */
  static List<InternetSocket> relocated(List<Connection> said) {
    return said.stream()
        .map(
            end ->
                new InternetSocket(
                    0,
                    end.getProtocol(),
                    end.getState(),
                    end.getNowLocal(),
                    end.getNowRemote(),
                    0,
                    0))
        .toList();
  }

  static List<InternetSocket> sockets(List<Connection> said) {
    return said.stream()
        .map(
            end ->
                new InternetSocket(
                    0, end.getProtocol(), end.getState(), end.getLocal(), end.getRemote(), 0, 0))
        .toList();
  }
}
