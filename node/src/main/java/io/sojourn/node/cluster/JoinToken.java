package io.sojourn.node.cluster;

import io.sojourn.engine.operation.OperationException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * What lets one more node in: where to ask, whom to believe, and a secret that is good for once.
 *
 * @param address HOST:PORT of the node that made it
 * @param fingerprint SHA-256 of the cluster authority's certificate, in hex
 * @param secret 128 bits and more, as text
 */
record JoinToken(String address, String fingerprint, String secret) {
  private static final String PREFIX = "sojourn-";

  /** In one word, which a double click selects. */
  String text() {
    String said = address + " " + fingerprint + " " + secret;
    String plain = said + " " + check(said);
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  static JoinToken parse(String text) {
    String word = text.strip();
    try {
      if (word.startsWith(PREFIX)) {
        byte[] plain = Base64.getUrlDecoder().decode(word.substring(PREFIX.length()));
        String[] parts = new String(plain, StandardCharsets.UTF_8).split(" ", -1);
        if (parts.length == 4
            && parts[1].matches("[0-9a-f]{64}")
            && parts[3].equals(check(String.join(" ", parts[0], parts[1], parts[2]))))
          return new JoinToken(parts[0], parts[1], parts[2]);
      }
    } catch (IllegalArgumentException noBase64) {
      // Said below.
    }
    throw OperationException.usage(
        "that is no join token, or not all of it",
        "copy the whole word that ckpt node init or ckpt node token has shown");
  }

  /** Finds a word that was not copied as a whole. */
  private static String check(String said) {
    CRC32 crc = new CRC32();
    crc.update(said.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  /** The secret must not get into a log by accident. */
  @Override
  public String toString() {
    return "token for " + address;
  }
}
