package io.sojourn.node.cluster;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * The cluster's own certificate authority: signs nodes' certificates, and the list of those that
 * are refused.
 */
record Authority(X509Certificate certificate, PrivateKey key, Clock clock) {
  static final Duration NODE_LIFETIME = Duration.ofDays(90);
  private static final Duration OWN_LIFETIME = Duration.ofDays(3650);

  /** Clocks differ; what is signed now must be valid where it is not now yet. */
  private static final Duration BACKDATED = Duration.ofMinutes(10);

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SERIAL_BITS = 127;

  /** A new one. */
  static Authority found(Clock clock) {
    KeyPair keys = KeyPairs.make();
    byte[] id = new byte[4];
    RANDOM.nextBytes(id);
    X500Name name = KeyPairs.subject("cluster " + HexFormat.of().formatHex(id));
    X509v3CertificateBuilder builder = builder(name, name, keys.getPublic(), clock, OWN_LIFETIME);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    return new Authority(sign(builder, keys.getPrivate()), keys.getPrivate(), clock);
  }

  /**
   * A certificate for a node.
   *
   * @param request PKCS #10, DER; only its key is taken from it
   */
  X509Certificate sign(byte[] request, String name) {
    X509v3CertificateBuilder builder =
        builder(issuer(), KeyPairs.subject(name), keyIn(request), clock, NODE_LIFETIME);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              true,
              new ExtendedKeyUsage(
                  new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                  }))
          .addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(
                  new GeneralName[] {
                    new GeneralName(GeneralName.uniformResourceIdentifier, NodeName.uri(name)),
                    new GeneralName(GeneralName.dNSName, PeerTls.HOST)
                  }));
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    return sign(builder, key);
  }

  /**
   * The list of refused certificates (X.509 CRL, DER).
   *
   * @param number higher than that of every list before
   */
  byte[] revoke(Collection<BigInteger> serials, long number) {
    Date now = Date.from(clock.instant());
    X509v2CRLBuilder builder = new X509v2CRLBuilder(issuer(), now);
    for (BigInteger serial : serials) builder.addCRLEntry(serial, now, CRLReason.unspecified);
    try {
      return builder
          .addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)))
          .build(KeyPairs.signer(key))
          .getEncoded();
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private X500Name issuer() {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static PublicKey keyIn(byte[] request) {
    try {
      var parsed = new JcaPKCS10CertificationRequest(request);
      PublicKey key = parsed.getPublicKey();
      if (key.getAlgorithm().equals("EC")
          && parsed.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key)))
        return key;
    } catch (IOException
        | GeneralSecurityException
        | PKCSException
        | org.bouncycastle.operator.OperatorCreationException
        | RuntimeException malformed) {
      // Said below.
    }
    throw OperationException.refused(
        "the request for a certificate is not signed with the key that it names",
        "use the same version of Sojourn on all nodes");
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey key, Clock clock, Duration lifetime) {
    Instant now = clock.instant();
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(SERIAL_BITS, RANDOM),
        Date.from(now.minus(BACKDATED)),
        Date.from(now.plus(lifetime)),
        subject,
        key);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
    X509CertificateHolder signed = builder.build(KeyPairs.signer(key));
    try {
      return Pem.certificate(signed.getEncoded());
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
