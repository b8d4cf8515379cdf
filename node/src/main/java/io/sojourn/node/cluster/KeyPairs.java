package io.sojourn.node.cluster;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Keys on the curve P-256: small, and fast in every TLS library. */
final class KeyPairs {
  private KeyPairs() {}

  static KeyPair make() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** A request for a certificate (PKCS #10, DER), signed with the key, which it thereby proves. */
  static byte[] request(KeyPair keys, String name) {
    try {
      return new JcaPKCS10CertificationRequestBuilder(subject(name), keys.getPublic())
          .build(signer(keys.getPrivate()))
          .getEncoded();
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static X500Name subject(String name) {
    return new X500Name("O=sojourn,CN=" + name);
  }

  static ContentSigner signer(PrivateKey key) {
    try {
      return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    } catch (OperatorCreationException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
