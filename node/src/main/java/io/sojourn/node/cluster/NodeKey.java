package io.sojourn.node.cluster;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** A node's key and its certificate: one file, because a crash must not part them. */
record NodeKey(PrivateKey key, X509Certificate certificate) {
  private static final String END = "-----END PRIVATE KEY-----\n";

  void write(ClusterDirectory directory) {
    directory.write(ClusterDirectory.KEY, Pem.key(key) + Pem.certificate(certificate));
  }

  static NodeKey read(ClusterDirectory directory) {
    String text = directory.text(ClusterDirectory.KEY).orElse("");
    int end = text.indexOf(END) + END.length();
    if (end < END.length())
      throw new IllegalArgumentException(
          directory.path().resolve(ClusterDirectory.KEY) + " is damaged");
    return new NodeKey(Pem.key(text.substring(0, end)), Pem.certificate(text.substring(end)));
  }
}
