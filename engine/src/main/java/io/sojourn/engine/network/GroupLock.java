package io.sojourn.engine.network;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.operation.OperationException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Keeps the connections among several tasks still while both of their ends are read, or made, one
 * after the other: what one end's kernel would acknowledge in between would be in neither image.
 *
 * <p>To make or remove a table takes the kernel 5 and 15 ms (Linux 6.18), to add an element 3. So
 * the table is made before the tasks stand still and removed when they run; in between elements
 * shut it and open it. They fade by themselves, so that a daemon that dies silences nobody for
 * ever.
 */
public final class GroupLock implements AutoCloseable {
  private static final String PREFIX = "sojourn-group-";

  private final String table;

  private GroupLock(String table) {
    this.table = table;
  }

  /**
   * Makes the table, which stops nothing yet.
   *
   * @param owner a word for whoever may {@link #sweep} it
   * @param fades after so long
   */
  public static GroupLock prepare(String owner, long number, Duration fades) {
    GroupLock lock = new GroupLock(PREFIX + owner + "-" + number);
    lock.run(
        TABLE
            .replace("NAME", lock.table)
            .replace("SECONDS", String.valueOf(fades.toSeconds()))
            .replace("MARK", ConnectionLock.CRIU_MARK));
    return lock;
  }

  /** From now on nothing passes through these. */
  public void shut(Collection<InternetSocket> connections) {
    Set<String> four = new LinkedHashSet<>(), six = new LinkedHashSet<>();
    for (InternetSocket each : connections)
      (each.local().startsWith("[") ? six : four).add(ConnectionLock.ends(each));
    StringBuilder rules = new StringBuilder();
    if (!four.isEmpty()) rules.append(elements("connections4", String.join(", ", four)));
    if (!six.isEmpty()) rules.append(elements("connections6", String.join(", ", six)));
    if (rules.length() > 0) run(rules.toString());
  }

  /** Everything passes again. */
  public void open() {
    run(elements("open", "tcp"));
  }

  @Override
  public void close() {
    ConnectionLock.remove(table);
  }

  /** Removes what an owner's earlier daemon has left. */
  public static void sweep(String owner) {
    for (String table : ConnectionLock.tables())
      if (table.startsWith(PREFIX + owner + "-")) ConnectionLock.remove(table);
  }

  private String elements(String set, String elements) {
    return "add element inet " + table + " " + set + " { " + elements + " }\n";
  }

  private void run(String rules) {
    Nft.run(rules)
        .ifPresent(
            error -> {
              throw OperationException.refused(
                  "the connections among the tasks cannot be kept still: " + error,
                  "install nftables; ckpt doctor says more");
            });
  }

  private static final String TABLE =
      """
      table inet NAME {
        set connections4 {
          type ipv4_addr . inet_service . ipv4_addr . inet_service
          timeout SECONDSs
        }
        set connections6 {
          type ipv6_addr . inet_service . ipv6_addr . inet_service
          timeout SECONDSs
        }
        set open { type inet_proto; }
        chain incoming {
          type filter hook input priority raw; policy accept;
          meta mark MARK accept
          meta l4proto @open accept
          ip saddr . tcp sport . ip daddr . tcp dport @connections4 drop
          ip6 saddr . tcp sport . ip6 daddr . tcp dport @connections6 drop
        }
        chain outgoing {
          type filter hook output priority raw; policy accept;
          meta mark MARK accept
          meta l4proto @open accept
          ip saddr . tcp sport . ip daddr . tcp dport @connections4 drop
          ip6 saddr . tcp sport . ip6 daddr . tcp dport @connections6 drop
        }
      }
      """;
}
