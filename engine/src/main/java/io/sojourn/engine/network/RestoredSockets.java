package io.sojourn.engine.network;

import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Socket;
import io.sojourn.protocol.image.SocketSetting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The sockets of a task that CRIU has made, and that stands still still. */
public final class RestoredSockets {
  private RestoredSockets() {}

  /**
   * Tells them what CRIU had no image for.
   *
   * @param root the JVM, as this node sees it
   * @return in words, what they could not be told
   */
  public static List<String> settle(Manifest image, int root) {
    List<Socket> told =
        image.getSocketsList().stream().filter(socket -> socket.getSettingsCount() > 0).toList();
    if (told.isEmpty()) return List.of();
    Map<Integer, Integer> processes = new HashMap<>();
    for (int pid : Proc.tree(root)) processes.put(Proc.innermostPid(pid), pid);
    MulticastGroups groups = MulticastGroups.of(root);
    List<String> untold = new ArrayList<>();
    for (Socket socket : told) {
      Integer pid = processes.get(socket.getPid());
      if (pid != null) settle(socket, pid, groups, untold);
    }
    return untold;
  }

  private static void settle(Socket socket, int pid, MulticastGroups groups, List<String> untold) {
    try (PidDescriptor process = PidDescriptor.open(pid);
        OwnDescriptor duplicate = process.duplicate(socket.getDescriptors(0))) {
      for (SocketSetting left : SocketSettings.tell(duplicate, socket.getSettingsList(), groups))
        untold.add(
            "socket %s (descriptor %d) could not be told option %d of level %d%s"
                .formatted(
                    socket.getLocal(),
                    socket.getDescriptors(0),
                    left.getName(),
                    left.getLevel(),
                    left.getNetworkInterface().isEmpty()
                        ? ""
                        : ", a group on " + left.getNetworkInterface()));
    } catch (IOException gone) {
      // It has been killed, which others notice.
    }
  }
}
