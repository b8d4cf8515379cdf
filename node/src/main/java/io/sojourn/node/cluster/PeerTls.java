package io.sojourn.node.cluster;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/** TLS 1.3 and nothing older, with BoringSSL where its library loads, else with the JDK's. */
final class PeerTls {
  /** In all nodes' certificates: what counts is the name beside it, see {@link NodeName}. */
  static final String HOST = "node.sojourn";

  private static final String VERSION = "TLSv1.3";

  private PeerTls() {}

  /** Who shows no certificate gets in here, and is asked at the door. */
  static SslContext server(Credentials credentials, Trust trust) {
    return build(
        SslContextBuilder.forServer(credentials)
            .trustManager((TrustManager) PeerCheck.ofClients(trust))
            .clientAuth(ClientAuth.OPTIONAL));
  }

  static SslContext client(Credentials credentials, PeerCheck check) {
    return build(
        SslContextBuilder.forClient().keyManager(credentials).trustManager((TrustManager) check));
  }

  static SslContext stranger(FirstContact check) {
    return build(SslContextBuilder.forClient().trustManager((TrustManager) check));
  }

  private static SslContext build(SslContextBuilder builder) {
    SslProvider provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    try {
      SslContext context = GrpcSslContexts.configure(builder, provider).protocols(VERSION).build();
      return provider == SslProvider.OPENSSL ? new BulkTls(context) : context;
    } catch (SSLException impossible) {
      throw new IllegalStateException("TLS cannot be set up", impossible);
    }
  }
}
