package io.sojourn.engine.network;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.protocol.criu.CriuTcpStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds connections that CRIU has misread. It asks for the length of a receive queue and then for
 * the number behind its last byte (libsoccr_save in soccr.c, 4.2). What comes in between shows in
 * the bytes, unless the queue was empty at first: then it does not look at them, and the image says
 * that the program has read what it has not.
 */
public final class EmptyQueues {
  private EmptyQueues() {}

  /**
   * Whether there is such a connection, or one whose peer has said that it sends no more since.
   *
   * @param images just written by CRIU, which holds the task, its connections in repair mode
   * @param seen what the task had open before; asked for again where a connection is not among them
   */
  public static boolean misread(
      Path images, Stream<Descriptor> seen, Supplier<Stream<Descriptor>> open) throws IOException {
    Map<Long, Descriptor> sockets = null;
    boolean again = false;
    for (Map.Entry<Integer, Path> stream : TcpStreamImage.all(images).entrySet()) {
      CriuTcpStream entry = TcpStreamImage.entry(stream.getValue());
      if (entry.getInqLen() != 0) continue;
      if (sockets == null) sockets = byInode(seen);
      long inode = Integer.toUnsignedLong(stream.getKey());
      if (!sockets.containsKey(inode) && !again) {
        again = true;
        sockets = byInode(open.get());
      }
      Descriptor descriptor = sockets.get(inode);
      if (descriptor == null || taken(descriptor) != entry.getInqSeq()) return true;
    }
    return false;
  }

  private static Map<Long, Descriptor> byInode(Stream<Descriptor> descriptors) {
    return descriptors
        .filter(Descriptor::isSocket)
        .collect(Collectors.toMap(Descriptor::inode, Function.identity(), (one, same) -> one));
  }

  private static int taken(Descriptor descriptor) {
    try (RawSocket socket = RawSocket.lookAt(descriptor)) {
      return TcpRepairMode.on(socket).taken();
    }
  }
}
