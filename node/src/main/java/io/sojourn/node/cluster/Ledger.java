package io.sojourn.node.cluster;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * What the authority has signed, and what of it is refused since. A number goes when its
 * certificate has expired.
 */
final class Ledger {
  /**
   * @param serial of the certificate, in hex
   */
  record Entry(String serial, String name, long expiresEpochMillis, boolean revoked) {}

  /**
   * @param number of the last list of refused certificates
   */
  private record Kept(long number, List<Entry> entries) {}

  private final ClusterDirectory directory;
  private final Clock clock;

  Ledger(ClusterDirectory directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** Whether a node of that name is in the cluster. */
  synchronized boolean taken(String name) {
    return kept().entries().stream()
        .anyMatch(entry -> entry.name().equals(name) && !entry.revoked());
  }

  synchronized void note(X509Certificate certificate, String name) {
    Kept kept = kept();
    List<Entry> entries = new ArrayList<>(kept.entries());
    entries.add(
        new Entry(
            certificate.getSerialNumber().toString(16),
            name,
            certificate.getNotAfter().getTime(),
            false));
    keep(new Kept(kept.number(), entries));
  }

  /** All of a node's certificates are refused from now on; signs the list of those. */
  synchronized byte[] revoke(String name, Authority authority) {
    Kept kept = kept();
    List<Entry> entries = new ArrayList<>(kept.entries());
    entries.replaceAll(
        entry ->
            entry.name().equals(name)
                ? new Entry(entry.serial(), entry.name(), entry.expiresEpochMillis(), true)
                : entry);
    long number = kept.number() + 1;
    keep(new Kept(number, entries));
    return authority.revoke(
        entries.stream()
            .filter(Entry::revoked)
            .map(entry -> new BigInteger(entry.serial(), 16))
            .toList(),
        number);
  }

  private Kept kept() {
    Kept kept =
        directory.read(ClusterDirectory.ISSUED, Kept.class).orElseGet(() -> new Kept(0, List.of()));
    return new Kept(
        kept.number(),
        kept.entries().stream()
            .filter(entry -> entry.expiresEpochMillis() > clock.millis())
            .toList());
  }

  private void keep(Kept kept) {
    directory.write(ClusterDirectory.ISSUED, kept);
  }
}
