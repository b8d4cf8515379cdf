package io.sojourn.node.cluster;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A joining node knows of the cluster but its authority's fingerprint. Times are not looked at
 * here: the cluster says how far the clocks are apart, and in which direction.
 */
final class FirstContact extends PeerCheck {
  private final String fingerprint;
  private volatile @Nullable X509Certificate authority;

  FirstContact(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  @Override
  void check(X509Certificate[] chain, boolean server) throws CertificateException {
    for (X509Certificate candidate : chain)
      if (Pem.fingerprint(candidate).equals(fingerprint)) {
        try {
          chain[0].verify(candidate.getPublicKey());
        } catch (GeneralSecurityException forged) {
          throw new CertificateException("its certificate is forged", forged);
        }
        if (NodeName.of(chain[0]).isEmpty())
          throw new CertificateException("its certificate is not one of a node");
        authority = candidate;
        return;
      }
    throw new CertificateException("it is of another cluster than the token");
  }

  /** After a call that was answered. */
  X509Certificate authority() {
    return Objects.requireNonNull(authority, "no handshake yet");
  }
}
