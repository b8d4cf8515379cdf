package io.sojourn.node.cluster;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.jspecify.annotations.Nullable;

/**
 * Whom this node believes: who has a certificate of its cluster's authority that is not refused.
 */
final class Trust {
  private static final String CRL_NUMBER = "2.5.29.20";

  private final X509Certificate authority;
  private final Clock clock;
  private volatile @Nullable X509CRL revoked;

  Trust(X509Certificate authority, Clock clock) {
    this.authority = authority;
    this.clock = clock;
  }

  X509Certificate authority() {
    return authority;
  }

  /**
   * The node's name. Says why it is not believed: in another cluster, in the wrong time, revoked.
   */
  String check(X509Certificate certificate) throws CertificateException {
    String name = checkSignature(certificate);
    checkNow(certificate, name);
    return name;
  }

  /** The node's name, if it was signed for this cluster; it may have expired or been revoked. */
  String checkSignature(X509Certificate certificate) throws CertificateException {
    try {
      certificate.verify(authority.getPublicKey());
    } catch (GeneralSecurityException forged) {
      throw new CertificateException("the certificate is not one of this cluster's", forged);
    }
    return NodeName.of(certificate)
        .orElseThrow(() -> new CertificateException("the certificate is not one of a node"));
  }

  private void checkNow(X509Certificate certificate, String name) throws CertificateException {
    if (revoked(certificate))
      throw new CertificateException("node " + name + " was removed from the cluster");
    try {
      certificate.checkValidity(Date.from(clock.instant()));
    } catch (CertificateExpiredException past) {
      throw new CertificateException(
          "the certificate of node "
              + name
              + " expired at "
              + certificate.getNotAfter().toInstant(),
          past);
    } catch (CertificateNotYetValidException future) {
      throw new CertificateException(
          "the certificate of node %s is valid from %s on; it is %s here: a clock is wrong"
              .formatted(name, certificate.getNotBefore().toInstant(), clock.instant()),
          future);
    }
  }

  boolean revoked(X509Certificate certificate) {
    X509CRL list = revoked;
    return list != null && list.isRevoked(certificate);
  }

  /** The newest list, DER; empty: there is none. */
  byte[] revocations() {
    X509CRL list = revoked;
    try {
      return list == null ? new byte[0] : list.getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Takes a list that is newer than the known one, and signed by the authority. */
  synchronized boolean accept(byte[] der) {
    if (der.length == 0) return false;
    X509CRL list = Pem.revocations(der);
    X509CRL known = revoked;
    if (known != null && number(list).compareTo(number(known)) <= 0) return false;
    try {
      list.verify(authority.getPublicKey());
    } catch (GeneralSecurityException forged) {
      throw new IllegalArgumentException("a list of revoked certificates is forged", forged);
    }
    revoked = list;
    return true;
  }

  private static BigInteger number(X509CRL list) {
    byte[] wrapped = list.getExtensionValue(CRL_NUMBER);
    return wrapped == null
        ? BigInteger.ZERO
        : ASN1Integer.getInstance(ASN1OctetString.getInstance(wrapped).getOctets()).getValue();
  }
}
