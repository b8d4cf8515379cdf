package io.sojourn.node.command;

import io.grpc.Channel;
import io.sojourn.node.daemon.Annex;
import io.sojourn.node.daemon.Caller;
import io.sojourn.node.daemon.NodeConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;

/** Opens the {@link CommandSocket} with the daemon. */
public final class CommandAnnex implements Annex {
  private static final String STAMP = ".built";

  @Override
  public AutoCloseable open(NodeConfig config, Path runtime, Function<Caller, Channel> calls)
      throws IOException {
    String build = build(runtime);
    // A client could not tell whether it is of the same build.
    if (build.isEmpty()) return () -> {};
    CommandSocket socket = CommandSocket.open(config.commandSocket(), build, calls);
    Rehearsal.begin(config.runDirectory(), calls.apply(Rehearsal.CALLER));
    return socket;
  }

  private static String build(Path runtime) throws IOException {
    try {
      return Files.readString(runtime.resolve(STAMP), StandardCharsets.US_ASCII).strip();
    } catch (NoSuchFileException notByTheBuild) {
      return "";
    }
  }
}
