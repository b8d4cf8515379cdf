package io.sojourn.node.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Speaks with a node's port as no node does. */
final class Strangers {
  static final byte[] PREFACE = bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
  private static final int PATIENCE_MILLIS = 15_000;

  private Strangers() {}

  static Socket plain(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** With TLS of that version, and with the credentials of some cluster or with none. */
  static SSLSocket tls(int port, String version, @Nullable Credentials credentials)
      throws IOException {
    PeerCheck everybody =
        new PeerCheck() {
          @Override
          void check(java.security.cert.X509Certificate[] chain, boolean server) {}
        };
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          credentials == null ? null : new KeyManager[] {credentials},
          new TrustManager[] {everybody},
          new SecureRandom());
      SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain(port), "node", port, true);
      var parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {version});
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Everything until the other side closes; -1 is the end, and so is a reset. */
  static void untilClosed(Socket socket) {
    byte[] buffer = new byte[4096];
    try (socket) {
      InputStream in = socket.getInputStream();
      while (in.read(buffer) >= 0) {
        // The end is what counts.
      }
    } catch (java.net.SocketTimeoutException open) {
      throw new AssertionError("the node keeps the connection", open);
    } catch (IOException reset) {
      // Closed as well.
    }
  }

  static void send(Socket socket, byte[]... parts) {
    try {
      OutputStream out = socket.getOutputStream();
      for (byte[] part : parts) out.write(part);
      out.flush();
    } catch (IOException closedAlready) {
      throw new UncheckedIOException(closedAlready);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
