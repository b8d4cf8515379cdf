package io.sojourn.restore.net;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * To whom a socket has sent last, and from which of its addresses: home does not know the latter,
 * and the kernel here wants it in an answer.
 */
final class SentDatagrams {
  static final int KEPT = 256;

  private final Map<InetSocketAddress, InetSocketAddress> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, InetSocketAddress> one) {
          return size() > KEPT;
        }
      };

  void add(InetSocketAddress peer, InetSocketAddress from) {
    sources.put(peer, from);
  }

  /** Null where that was too long ago. */
  @Nullable InetSocketAddress sourceTo(InetSocketAddress peer) {
    return sources.get(peer);
  }
}
