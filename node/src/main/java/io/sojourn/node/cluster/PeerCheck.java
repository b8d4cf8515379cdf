package io.sojourn.node.cluster;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a handshake may succeed with. A node whose certificate was signed here but is not good any
 * more gets through to a server, which then tells it why it is refused: see {@link PeerDoor}.
 */
abstract class PeerCheck extends X509ExtendedTrustManager {
  abstract void check(X509Certificate[] chain, boolean server) throws CertificateException;

  /** At a server. */
  static PeerCheck ofClients(Trust trust) {
    return new PeerCheck() {
      @Override
      void check(X509Certificate[] chain, boolean server) throws CertificateException {
        if (server) throw new CertificateException("this is a server");
        trust.checkSignature(chain[0]);
      }
    };
  }

  /** At a client that wants to speak with that node and with none else. */
  static PeerCheck of(Trust trust, String name) {
    return new PeerCheck() {
      @Override
      void check(X509Certificate[] chain, boolean server) throws CertificateException {
        String found = trust.check(chain[0]);
        if (!found.equals(name))
          throw new CertificateException("node " + found + " is there instead of " + name);
      }
    };
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, true);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
      throws CertificateException {
    check(chain, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
      throws CertificateException {
    check(chain, true);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
      throws CertificateException {
    check(chain, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
      throws CertificateException {
    check(chain, true);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
