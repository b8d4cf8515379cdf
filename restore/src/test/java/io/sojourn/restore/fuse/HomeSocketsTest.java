package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.sojourn.engine.files.ConnectingSocket;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.home.files.Export;
import io.sojourn.home.files.HeldFiles;
import io.sojourn.home.net.PathSockets;
import io.sojourn.protocol.files.Entry;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who connects to a socket by its name away from home reaches who listens there at home. */
@Timeout(60)
class HomeSocketsTest {
  private static final int USER = 65534;

  private static final ThreadIdentity NOBODY = new ThreadIdentity(USER, USER, new int[] {USER});

  private record Called(Entry file, RawSocket socket, int user) {}

  private record Connected(RawSocket ours, String atHome) {}

  @TempDir Path directory;
  private final EventLoopGroup loops = new EpollEventLoopGroup(1);
  private final BlockingQueue<Connected> connected = new LinkedBlockingQueue<>();
  private final BlockingQueue<Called> called = new LinkedBlockingQueue<>();
  private final List<RawSocket> kept = new CopyOnWriteArrayList<>();
  private Path home;
  private Away away;

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    // Its user is to come this far.
    for (Path each : List.of(directory, home))
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxrwx"));
    PathSockets sockets =
        new PathSockets(
            loops.next(), (file, socket, who) -> called.add(new Called(file, socket, who.uid())));
    Export export = new Export(home, NOBODY, HeldFiles.NONE, sockets, this::keep);
    away = Away.of(export, callers());
  }

  private String keep(int socket) {
    RawSocket same = RawSocket.copyOf(socket);
    kept.add(same);
    return Descriptor.ofOurs(same.descriptor()).target();
  }

  private SocketCallers callers() {
    EventLoop loop = loops.next();
    return new SocketCallers() {
      @Override
      public EventLoop loop() {
        return loop;
      }

      @Override
      public void connected(RawSocket ours, String atHome) {
        connected.add(new Connected(ours, atHome));
      }

      @Override
      public boolean opened(
          RawSocket ours, RawSocket file, int atHome, boolean toTask, Runnable over) {
        throw new AssertionError("there are no FIFOs");
      }

      @Override
      public void closed(int atHome) {
        throw new AssertionError("there are no FIFOs");
      }
    };
  }

  @AfterEach
  void unmount() throws Exception {
    away.close();
    kept.forEach(RawSocket::close);
    connected.forEach(one -> one.ours().close());
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private ServerSocketChannel listen(String name) throws Exception {
    Path file = home.resolve(name);
    ServerSocketChannel server =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(file));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
    return server;
  }

  private SocketChannel connect(String name) throws Exception {
    return SocketChannel.open(UnixDomainSocketAddress.of(away.target().resolve(name)));
  }

  @Test
  void isConnectedWithItAsTheTasksUser() throws Exception {
    try (ServerSocketChannel server = listen("one");
        ServerSocketChannel other = listen("other")) {
      for (int round = 0; round < 3; round++)
        for (ServerSocketChannel listening : List.of(server, other)) {
          String name = listening == server ? "one" : "other";
          try (SocketChannel task = connect(name);
              SocketChannel atHome = listening.accept()) {
            Connected made = connected.poll(20, TimeUnit.SECONDS);
            assertThat(made).isNotNull();
            assertThat(atHome.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName())
                .isEqualTo("nobody");
            RawSocket last = kept.get(kept.size() - 1);
            assertThat(made.atHome()).isEqualTo(Descriptor.ofOurs(last.descriptor()).target());
            made.ours().write(name.getBytes());
            ByteBuffer said = ByteBuffer.allocate(100);
            task.read(said);
            assertThat(new String(said.array(), 0, said.position())).isEqualTo(name);
            made.ours().close();
          }
        }
    }
  }

  @Test
  void whereNobodyListensItIsRefused() throws Exception {
    ServerSocketChannel server = listen("left");
    connect("left").close();
    server.close();
    assertThatThrownBy(() -> connect("left")).isInstanceOf(ConnectException.class);
    assertThat(Files.exists(away.target().resolve("left"))).isTrue();
    Files.delete(home.resolve("left"));
    try (ServerSocketChannel again = listen("left")) {
      connect("left").close();
      again.accept().close();
    }
  }

  @Test
  void whoConnectsAtHomeReachesTheTasksOwnAsHimself() throws Exception {
    UnixDomainSocketAddress there = UnixDomainSocketAddress.of(away.target().resolve("own"));
    try (ServerSocketChannel task =
            ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(there);
        SocketChannel atHome =
            SocketChannel.open(UnixDomainSocketAddress.of(home.resolve("own")))) {
      Called one = called.poll(20, TimeUnit.SECONDS);
      assertThat(one).isNotNull();
      assertThat(one.user()).isZero();
      one.socket().write("at home".getBytes());
      ByteBuffer said = ByteBuffer.allocate(100);
      atHome.read(said);
      assertThat(new String(said.array(), 0, said.position())).isEqualTo("at home");
      one.socket().close();
      int socket = ConnectingSocket.make();
      try {
        assertThat(away.connect(one.file(), socket, NOBODY)).isZero();
        try (SocketChannel accepted = task.accept()) {
          assertThat(accepted.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName())
              .isEqualTo("nobody");
        }
      } finally {
        FileCalls.close(socket);
      }
      // It is its own, not home's, that a task reaches there itself.
      connect("own").close();
      task.accept().close();
      assertThat(called).isEmpty();
    }
    Files.delete(away.target().resolve("own"));
    assertThat(home.resolve("own")).doesNotExist();
  }

  /** What was made to reach it is nothing of the directory's, at home or here. */
  @Test
  void nothingElseIsSeen() throws Exception {
    try (ServerSocketChannel server = listen("alone")) {
      connect("alone").close();
      server.accept().close();
      for (Path seen : List.of(home, away.target()))
        try (var files = Files.list(seen)) {
          assertThat(files.map(file -> file.getFileName().toString())).containsExactly("alone");
        }
    }
  }
}
