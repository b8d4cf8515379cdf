package io.sojourn.node.command;

import io.grpc.Channel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.node.cli.Ckpt;
import io.sojourn.node.daemon.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The socket that command lines come in by. Anybody may connect; the kernel says who it is. */
final class CommandSocket implements AutoCloseable {
  private static final int PROTOCOL = 1;
  private static final int LONGEST_FRAME = 64 * 1024;

  private static final int MOST = 64;
  private static final int MOST_OF_A_USER = 24;

  /** For commands whose operations have ended and whose callers read. */
  private static final long PATIENCE_MILLIS = 2000;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("commands", true), EpollIoHandler.newFactory());
  private final ExecutorService threads =
      Executors.newCachedThreadPool(new DefaultThreadFactory("command", true));
  private final Places places = new Places(MOST, MOST_OF_A_USER);
  private final Path path;
  private final String hello;
  private final Function<Caller, Channel> calls;

  private io.netty.channel.Channel listening;

  private CommandSocket(Path path, String build, Function<Caller, Channel> calls)
      throws IOException {
    this.path = path;
    this.hello = PROTOCOL + "\n" + build + "\n" + String.join("\n", Ckpt.quick()) + "\n";
    this.calls = calls;
    this.listening = listen();
  }

  /**
   * Listens. What a daemon that died has left is removed before: call under the node's lock only.
   *
   * @param build of which clients must be
   */
  static CommandSocket open(Path path, String build, Function<Caller, Channel> calls)
      throws IOException {
    Files.deleteIfExists(path);
    CommandSocket socket = new CommandSocket(path, build, calls);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    return socket;
  }

  private io.netty.channel.Channel listen() throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerDomainSocketChannel.class)
            .childHandler(
                new ChannelInitializer<DomainSocketChannel>() {
                  @Override
                  protected void initChannel(DomainSocketChannel client) {
                    welcome(client);
                  }
                })
            .bind(new DomainSocketAddress(path.toFile()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) throw new IOException("cannot listen at " + path, bound.cause());
    return bound.channel();
  }

  private void welcome(DomainSocketChannel client) {
    Caller caller = Caller.of(client);
    if (!places.take(caller.uid())) {
      client.close();
      return;
    }
    Answer answer = new Answer(client);
    client
        .pipeline()
        .addLast(
            // Until here, the length is that of the text alone; from here, frames are whole.
            new LengthFieldBasedFrameDecoder(LONGEST_FRAME, 0, Integer.BYTES, 1, 0),
            new CommandConnection(caller, answer, places, calls, threads));
    answer.hello(hello);
  }

  /** Lets commands come to their end that can. */
  @Override
  public void close() throws IOException, InterruptedException {
    listening.close().await();
    Files.deleteIfExists(path);
    places.awaitEmpty(PATIENCE_MILLIS);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    threads.shutdownNow();
  }
}
