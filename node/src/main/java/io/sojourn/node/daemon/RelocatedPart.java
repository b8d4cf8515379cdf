package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.network.GroupEnds;
import io.sojourn.engine.network.Relocation;
import io.sojourn.protocol.group.Connection;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.TaskIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of a group's image, and what the addresses of its sockets are here.
 *
 * @param image as it was made
 */
record RelocatedPart(ImageDirectory image, Relocation relocation) {
  TaskIdentity task() {
    return image.manifest().getTask();
  }

  /** As it is restored here. */
  Manifest manifest() {
    return relocation.of(image.manifest());
  }

  private String from() {
    return image.manifest().getMachine().getNode();
  }

  /** Its ends of connections; where the others will be is not known yet. */
  List<Connection> ends() {
    return GroupEnds.ofImage(image.manifest()).stream().map(this::end).toList();
  }

  private Connection end(InternetSocket end) {
    return GroupWords.of(end).toBuilder()
        .setTask(task().getName())
        .setFrom(from())
        .setNowLocal(relocation.local(end.local()))
        .build();
  }

  /**
   * With what is known now of the others.
   *
   * @param connections of which two of the tasks have the ends
   */
  RelocatedPart among(List<Connection> connections) {
    Map<String, String> peers = new HashMap<>();
    for (Connection end : connections)
      if (end.getFrom().equals(from()) && !end.getNowRemote().equals(end.getRemote()))
        peers.put(end.getLocal() + " " + end.getRemote(), end.getNowRemote());
    return new RelocatedPart(image, relocation.with(peers));
  }
}
