package io.sojourn.node.cluster;

import io.sojourn.engine.operation.OperationException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The secrets that let nodes in: each once, and for a while. Only their hashes are kept. */
final class Tokens {
  static final Duration LIFETIME = Duration.ofHours(24);
  private static final Duration REMEMBERED = Duration.ofDays(7);
  private static final int SECRET_BYTES = 24;
  private static final String MEND = "get another one: ckpt node token, on the node that made it";

  /**
   * @param hash SHA-256 of the secret, in hex
   * @param usedBy the node that came in with it, or ""
   */
  record Token(String hash, long expiresEpochMillis, String usedBy) {}

  private record Kept(List<Token> tokens) {}

  private final ClusterDirectory directory;
  private final Clock clock;

  Tokens(ClusterDirectory directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** A new secret. */
  synchronized String make(Instant expires) {
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    List<Token> tokens = kept();
    tokens.removeIf(
        old -> old.expiresEpochMillis() < clock.instant().minus(REMEMBERED).toEpochMilli());
    tokens.add(new Token(hash(secret), expires.toEpochMilli(), ""));
    keep(tokens);
    return secret;
  }

  /** Refuses a secret that is not good any more, or never was. */
  synchronized Token check(String secret) {
    String hash = hash(secret);
    Token token =
        kept().stream()
            .filter(known -> known.hash().equals(hash))
            .findFirst()
            .orElseThrow(
                () -> OperationException.refused("the token is not one of this cluster's", MEND));
    if (!token.usedBy().isEmpty())
      throw OperationException.refused(
          "the token was used already, by node " + token.usedBy(), MEND);
    if (token.expiresEpochMillis() < clock.millis())
      throw OperationException.refused(
          "the token expired at " + Instant.ofEpochMilli(token.expiresEpochMillis()), MEND);
    return token;
  }

  /** It is good no more. */
  synchronized void use(Token token, String node) {
    List<Token> tokens = kept();
    tokens.replaceAll(
        known ->
            known.hash().equals(token.hash())
                ? new Token(known.hash(), known.expiresEpochMillis(), node)
                : known);
    keep(tokens);
  }

  private List<Token> kept() {
    return new ArrayList<>(
        directory.read(ClusterDirectory.TOKENS, Kept.class).map(Kept::tokens).orElse(List.of()));
  }

  private void keep(List<Token> tokens) {
    directory.write(ClusterDirectory.TOKENS, new Kept(tokens));
  }

  private static String hash(String secret) {
    return Pem.sha256(secret.getBytes(StandardCharsets.UTF_8));
  }
}
