package io.sojourn.node.cluster;

import java.net.URI;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A node's name in a certificate: the URI {@code sojourn:NAME}, as a subject alternative name. The
 * common name is for people.
 */
final class NodeName {
  private static final String SCHEME = "sojourn";
  private static final String VALID = "[A-Za-z0-9._-]{1,64}";
  private static final int URI_NAME = 6;

  private NodeName() {}

  static boolean valid(String name) {
    return name.matches(VALID);
  }

  static String uri(String name) {
    return SCHEME + ":" + name;
  }

  /** Empty where the certificate is not one of a node. */
  static Optional<String> of(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names == null) return Optional.empty();
      for (List<?> name : names)
        if (name.get(0).equals(URI_NAME) && name.get(1) instanceof String text) {
          URI uri = URI.create(text);
          if (SCHEME.equals(uri.getScheme()) && valid(uri.getSchemeSpecificPart()))
            return Optional.of(uri.getSchemeSpecificPart());
        }
      return Optional.empty();
    } catch (CertificateParsingException | IllegalArgumentException strange) {
      return Optional.empty();
    }
  }
}
