package io.sojourn.restore.net;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.home.net.HomeSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real JVM, dumped and restored by a real CRIU, in the order in which a move does it. */
final class MovedTask {
  private final TwoNodes nodes;
  private final long pid;

  MovedTask(TwoNodes nodes, long pid) {
    this.nodes = nodes;
    this.pid = pid;
  }

  static Process start(NetworkNamespace in, String host, int port, Path result, long pause)
      throws IOException {
    return in.call(
        () ->
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-XX:-UsePerfData",
                    "-XX:+UseSerialGC",
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Chatter.class.getName(),
                    host,
                    "" + port,
                    result.toString(),
                    "" + pause)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.to(new java.io.File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.to(new java.io.File("/dev/null")))
                .start());
  }

  private record Mirrored(ImageSocket socket, TcpStreamImage image, MirrorSocket mirror) {}

  void away(Path images) throws Exception {
    Criu.dump(nodes.home, pid, images);
    List<Mirrored> mirrors = new ArrayList<>();
    for (ImageSocket socket : ImageSocket.of(images)) {
      if (!socket.connection()) continue;
      TcpStreamImage image = TcpStreamImage.read(TcpStreamImage.path(images, socket.ino()));
      nodes.atHome.keep(HomeSocket.adopt(duplicate(socket.ino()), image.received().length));
      MirrorSocket mirror =
          nodes.world.call(
              () -> MirrorSocket.of(image, socket.state(), socket.local(), socket.peer()));
      mirrors.add(new Mirrored(socket, image, mirror));
    }
    end();
    nodes.network.shut();
    Criu.restore(nodes.world, images);
    nodes.network.open();
    for (Mirrored one : mirrors)
      nodes.atGuest.mirror(
          one.mirror(),
          one.socket().state(),
          one.socket().local(),
          one.socket().peer(),
          one.image().sending().length);
  }

  private RawSocket duplicate(int inode) {
    Descriptor descriptor =
        Descriptor.of((int) pid).stream()
            .filter(one -> one.isSocket() && one.inode() == inode)
            .findFirst()
            .orElseThrow();
    return RawSocket.duplicateOf(descriptor);
  }

  private void end() throws Exception {
    ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
    handle.destroyForcibly();
    handle.onExit().get(1, TimeUnit.MINUTES);
  }
}
