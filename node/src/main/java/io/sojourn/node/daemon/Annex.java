package io.sojourn.node.daemon;

import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What a daemon serves beside its own sockets. Found by {@link java.util.ServiceLoader}: the daemon
 * does not know who is built on it.
 */
public interface Annex {
  /**
   * Begins to serve; the daemon closes it when it ends, after its operations and before its
   * sockets.
   *
   * @param runtime the directory that holds {@code ckpt-shim}
   * @param calls the daemon's calls, with the rights of a caller
   */
  AutoCloseable open(NodeConfig config, Path runtime, Function<Caller, Channel> calls)
      throws IOException;
}
