package io.sojourn.restore.net;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.home.net.HomeSocket;
import io.sojourn.home.net.Homecoming;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.stream.SessionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real JVM, dumped and restored by a real CRIU, in the order in which a move does it. It lives in
 * a pid namespace of its own: nobody there takes one of its numbers while it is in an image.
 */
final class MovedTask implements AutoCloseable {
  /**
   * What the namespace's first process does: it collects whoever ends. Directory and standard
   * streams are opened anew, of its own mounts.
   */
  private static final String FIRST =
      "cd / && setsid \"$@\" < /dev/null > /dev/null 2>&1 & while :; do sleep 0.1; done";

  private final TwoNodes nodes;
  private final Process world;

  private MovedTask(TwoNodes nodes, Process world) {
    this.nodes = nodes;
    this.world = world;
  }

  /** At home. */
  static MovedTask start(
      TwoNodes nodes, Class<?> program, String host, int port, Path result, String how)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
    command.addAll(List.of("sh", "-c", FIRST, "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:+UseSerialGC", "-Xmx64m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(host, "" + port, result.toString(), how));
    Process world =
        nodes.home.call(
            () ->
                new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
    return new MovedTask(nodes, world);
  }

  /** The namespace's first process, by our number. */
  private int first() {
    return Proc.tree((int) world.pid()).get(1);
  }

  /** The task in its present life, by our number. */
  private int pid() {
    return Proc.tree(first()).stream()
        .filter(each -> Proc.executable(each).endsWith("/java"))
        .findFirst()
        .orElseThrow();
  }

  private record Mirrored(ImageSocket socket, TcpStreamImage image, MirrorSocket mirror) {}

  void away(Path images) throws Exception {
    // Else acknowledgements shorten a queue while CRIU reads it, and it gives up.
    lock();
    Criu.dump(nodes.home, first(), pid(), images);
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
    nodes.network.shut(List.of());
    Criu.restore(nodes.world, first(), images);
    unlock();
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
    nodes.network.shut(relays);
    Criu.dump(nodes.world, first(), pid(), images);
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
    Criu.restore(nodes.world, first(), images);
    nodes.network.open();
    nodes.atGuest.resume(nodes.guestSession, guest, connections);
    nodes.live(incarnation);
  }

  void home(Path images) throws Exception {
    home(images, false);
  }

  /**
   * @param again home has tried before, could not restore the task, and tries once more before any
   *     of its sockets has taken a byte
   */
  void home(Path images, boolean again) throws Exception {
    lock();
    SessionState guest = nodes.onGuestLoop(nodes.guestSession::freeze);
    List<FrozenRelay> relays = nodes.onGuestLoop(nodes.atGuest::frozen);
    nodes.network.shut(relays);
    Criu.dump(nodes.world, first(), pid(), images);
    List<FrozenConnection> read = relays.stream().map(FrozenRelay::read).toList();
    relays.forEach(FrozenRelay::close);
    end();
    SessionState home = nodes.onHomeLoop(nodes.homeSession::freeze);
    Homecoming coming = new Homecoming(home, nodes.onHomeLoop(nodes.atHome::frozen));
    if (again) {
      Path first = images.resolveSibling(images.getFileName() + "-first");
      copy(images, first);
      coming.into(first, guest, new ArrayList<>(read));
      coming.close(nodes.atHome.kept());
      Homecoming failed = coming;
      nodes.home.call(
          () -> {
            failed.undo();
            return null;
          });
      home =
          nodes.onHomeLoop(
              () -> {
                nodes.homeSession.thaw();
                return nodes.homeSession.freeze();
              });
      coming = new Homecoming(home, nodes.onHomeLoop(nodes.atHome::frozen));
    }
    coming.into(images, guest, new ArrayList<>(read));
    coming.close(nodes.atHome.kept());
    Criu.restore(nodes.home, first(), images);
    unlock();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> all = Files.list(from)) {
      for (Path one : all.toList()) Files.copy(one, to.resolve(one.getFileName()));
    }
  }

  private void unlock() throws IOException {
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
        Descriptor.of(pid()).stream()
            .filter(one -> one.isSocket() && one.inode() == inode)
            .findFirst()
            .orElseThrow();
    return RawSocket.duplicateOf(descriptor);
  }

  private void end() throws Exception {
    ProcessHandle handle = ProcessHandle.of(pid()).orElseThrow();
    handle.destroyForcibly();
    handle.onExit().get(1, TimeUnit.MINUTES);
  }

  @Override
  public void close() throws InterruptedException {
    // The kernel ends all of a pid namespace with its first process.
    world.destroyForcibly().waitFor();
  }
}
