package io.sojourn.node.cluster;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** Keys and certificates as text (RFC 7468) and as bytes. */
final class Pem {
  private static final int LINE = 64;

  private Pem() {}

  static String certificate(X509Certificate certificate) {
    return text("CERTIFICATE", encoded(certificate));
  }

  static String key(PrivateKey key) {
    return text("PRIVATE KEY", key.getEncoded());
  }

  static X509Certificate certificate(String text) {
    return certificate(bytes(text));
  }

  static PrivateKey key(String text) {
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes(text)));
    } catch (GeneralSecurityException damaged) {
      throw new IllegalArgumentException("this is no private key", damaged);
    }
  }

  static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  static X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate) factory().generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException damaged) {
      throw new IllegalArgumentException("this is no certificate", damaged);
    }
  }

  static X509CRL revocations(byte[] der) {
    try {
      return (X509CRL) factory().generateCRL(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException damaged) {
      throw new IllegalArgumentException("this is no list of revoked certificates", damaged);
    }
  }

  /** SHA-256 of the certificate, in hex. */
  static String fingerprint(X509Certificate certificate) {
    return sha256(encoded(certificate));
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static CertificateFactory factory() throws CertificateException {
    return CertificateFactory.getInstance("X.509");
  }

  private static String text(String label, byte[] content) {
    byte[] newline = {'\n'};
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(LINE, newline).encodeToString(content)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static byte[] bytes(String text) {
    return Base64.getMimeDecoder()
        .decode(
            text.replaceAll("-----[A-Z ]+-----", "").strip().getBytes(StandardCharsets.US_ASCII));
  }
}
