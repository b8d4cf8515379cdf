package io.sojourn.checkpointer;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.network.MulticastGroups;
import io.sojourn.engine.network.SocketSettings;
import io.sojourn.protocol.image.SocketSetting;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the task's internet sockets were told and CRIU has no image for. */
final class SocketCensus {
  private SocketCensus() {}

  /** By inode. */
  static Map<Long, List<SocketSetting>> of(TaskFacts facts) {
    if (facts.network().isEmpty()) return Map.of();
    Map<Long, List<SocketSetting>> settings = new HashMap<>();
    MulticastGroups groups = MulticastGroups.of(facts.root());
    for (int pid : facts.processes()) {
      try (PidDescriptor process = PidDescriptor.open(pid)) {
        for (Descriptor open : facts.descriptors())
          if (open.pid() == pid && !settings.containsKey(open.inode())) {
            InternetSocket socket = facts.internetSockets().get(open.inode());
            if (socket != null) settings.put(open.inode(), of(process, open, socket, groups));
          }
      } catch (IOException gone) {
        // With all that it had open.
      }
    }
    return settings;
  }

  private static List<SocketSetting> of(
      PidDescriptor process, Descriptor open, InternetSocket socket, MulticastGroups groups) {
    try (OwnDescriptor duplicate = process.duplicate(open.number())) {
      return SocketSettings.of(duplicate, socket, groups);
    } catch (IOException closed) {
      return List.of();
    }
  }
}
