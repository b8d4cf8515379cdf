package io.sojourn.restore.net;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.home.net.HomeSocket;
import io.sojourn.home.net.Homecoming;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.stream.SessionState;
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

  static Process start(
      NetworkNamespace in, Class<?> program, String host, int port, Path result, String how)
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
                    program.getName(),
                    host,
                    "" + port,
                    result.toString(),
                    how)
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

  /** To another guest node. */
  void onward(Path images, long incarnation) throws Exception {
    SessionState guest = nodes.onGuestLoop(nodes.guestSession::freeze);
    List<FrozenRelay> relays = nodes.onGuestLoop(nodes.atGuest::frozen);
    nodes.network.shut();
    Criu.dump(nodes.world, pid, images);
    List<FrozenConnection> read = relays.stream().map(FrozenRelay::read).toList();
    relays.forEach(FrozenRelay::close);
    end();
    nodes.anotherGuest();
    List<OnwardConnection> connections = new ArrayList<>();
    for (ImageSocket socket : ImageSocket.of(images)) {
      if (!socket.connection()) continue;
      TcpStreamImage image = TcpStreamImage.read(TcpStreamImage.path(images, socket.ino()));
      connections.add(nodes.world.call(() -> OnwardConnection.of(socket, image, read)));
    }
    Criu.restore(nodes.world, images);
    nodes.network.open();
    nodes.atGuest.resume(nodes.guestSession, guest, connections);
    nodes.live(incarnation);
  }

  void home(Path images) throws Exception {
    lock();
    SessionState guest = nodes.onGuestLoop(nodes.guestSession::freeze);
    List<FrozenRelay> relays = nodes.onGuestLoop(nodes.atGuest::frozen);
    nodes.network.shut();
    Criu.dump(nodes.world, pid, images);
    List<FrozenConnection> read = relays.stream().map(FrozenRelay::read).toList();
    relays.forEach(FrozenRelay::close);
    end();
    SessionState home = nodes.onHomeLoop(nodes.homeSession::freeze);
    new Homecoming(home, nodes.onHomeLoop(nodes.atHome::frozen)).into(images, guest, read);
    Criu.restore(nodes.home, images);
    nodes.home.run("delete table inet lock", List.of("nft", "-f", "-"));
  }

  /** No packet to or from the peers, as the node's own lock has it. */
  private void lock() throws IOException {
    nodes.home.run(
        """
        table inet lock {
          chain incoming { type filter hook input priority raw; iifname eth0 meta l4proto tcp drop; }
          chain outgoing {
            type filter hook output priority raw;
            oifname eth0 meta l4proto tcp meta mark != 0xc114 drop;
          }
        }
        """,
        List.of("nft", "-f", "-"));
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
