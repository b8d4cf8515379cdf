package io.sojourn.node.cluster;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** This node's key and certificate; a new certificate holds for the next handshake. */
final class Credentials extends X509ExtendedKeyManager {
  private static final String ALIAS = "node";
  private static final int RENEWED_WITHIN = 3;

  private final X509Certificate authority;
  private volatile NodeKey pair;

  Credentials(NodeKey pair, X509Certificate authority) {
    this.pair = pair;
    this.authority = authority;
  }

  X509Certificate certificate() {
    return pair.certificate();
  }

  void renew(NodeKey renewed) {
    pair = renewed;
  }

  /** Two thirds of its time are over. */
  boolean due(Instant now) {
    Instant begin = certificate().getNotBefore().toInstant();
    Instant end = certificate().getNotAfter().toInstant();
    long left = end.toEpochMilli() - now.toEpochMilli();
    return left < (end.toEpochMilli() - begin.toEpochMilli()) / RENEWED_WITHIN;
  }

  @Override
  public String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
    return ALIAS;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, SSLEngine engine) {
    return type.startsWith("EC") || type.equals("ECDHE_ECDSA") ? ALIAS : null;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return new X509Certificate[] {certificate(), authority};
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return pair.key();
  }

  @Override
  public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return ALIAS;
  }

  @Override
  public String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return ALIAS;
  }
}
