package io.sojourn.node.command;

import io.grpc.Channel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.sojourn.node.cli.Ckpt;
import io.sojourn.node.daemon.Caller;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A client: gets a hello, sends a request, and gets its answer. Whoever does not keep to that is
 * hung up on.
 */
final class CommandConnection extends SimpleChannelInboundHandler<ByteBuf> {
  /** For the request: our client sends it at once. */
  private static final int PATIENCE_SECONDS = 5;

  private final Caller caller;
  private final Answer answer;
  private final Places places;
  private final Function<Caller, Channel> calls;
  private final ExecutorService threads;
  private final Request request = new Request();
  private boolean running;

  /** For a caller who has taken its place. */
  CommandConnection(
      Caller caller,
      Answer answer,
      Places places,
      Function<Caller, Channel> calls,
      ExecutorService threads) {
    this.caller = caller;
    this.answer = answer;
    this.places = places;
    this.calls = calls;
    this.threads = threads;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context
        .executor()
        .schedule(
            () -> {
              if (!running) context.close();
            },
            PATIENCE_SECONDS,
            TimeUnit.SECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
    frame.skipBytes(Integer.BYTES);
    byte type = frame.readByte();
    String text = frame.toString(StandardCharsets.UTF_8);
    if (running) {
      if (type == FrameType.WINDOW) request.window(text);
    } else if (type == FrameType.GO) run(context);
    else request.add(type, text);
  }

  private void run(ChannelHandlerContext context) {
    String[] words = request.words();
    // Our client has asked the hello, and others decide nothing here.
    if (words.length == 0
        || !Ckpt.quick().contains(words[0])
        || Arrays.stream(words).anyMatch(word -> word.startsWith("@"))) {
      context.close();
      return;
    }
    running = true;
    CommandRun run = new CommandRun(request, calls.apply(caller), answer);
    threads.execute(
        () -> {
          try {
            run.run();
          } finally {
            places.give(caller.uid());
          }
        });
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    answer.changed();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    answer.changed();
    // The place of a command under way is given back by its own end.
    if (!running) places.give(caller.uid());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable garbageOrGone) {
    context.close();
  }
}
