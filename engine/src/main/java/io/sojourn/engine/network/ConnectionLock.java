package io.sojourn.engine.network;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.operation.OperationException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps the network of a frozen task still: an nftables table that lets no packet of its
 * connections pass, nor connects and datagrams to its ports. So peers are not answered, instead of
 * reset, for as long as TCP repeats itself, and a new connect waits. See {@link NoRoute} for what
 * they hear. What the task's own end sends is dropped, so that its kernel knows that it is unsent.
 *
 * <p>CRIU has such a lock too, but places and removes it while the task is held: 40 of 60 ms of an
 * idle JVM's pause, on Linux 6.18 (each nft transaction waits for the kernel's readers). Ours is
 * placed in one transaction before the task is stopped. A task that runs on after its checkpoint
 * needs none: what comes meanwhile is queued by its own sockets.
 */
public final class ConnectionLock {
  private static final String PREFIX = "sojourn-";

  /** CRIU marks what it sends itself to bring a half-closed connection into its state (soccr.h). */
  static final String CRIU_MARK = "0xc114";

  private final String table;
  private final Set<String> connections = new LinkedHashSet<>();

  private boolean placed;

  /** Covers nothing yet. */
  public ConnectionLock(String taskId) {
    this.table = tableOf(taskId);
  }

  /** Name of the table of a task. */
  public static String tableOf(String taskId) {
    return PREFIX + taskId;
  }

  /** Covers these sockets of the task too. The first call replaces an old lock of the task. */
  public void cover(Collection<InternetSocket> sockets) {
    StringBuilder rules = new StringBuilder();
    sockets.forEach(socket -> rules.append(element(socket)));
    if (rules.length() == 0) return;
    if (!placed)
      rules.insert(0, removal(table) + TABLE.replace("NAME", table).replace("MARK", CRIU_MARK));
    NoRoute.apply(rules.toString(), Nft::run).ifPresent(ConnectionLock::refuse);
    placed = true;
  }

  /** Whether there was anything to cover. */
  public boolean placed() {
    return placed;
  }

  /** Packets pass again; without effect where nothing is covered. */
  public void lift() {
    if (placed) remove(table);
    placed = false;
    connections.clear();
  }

  public String table() {
    return table;
  }

  /** All locks of this machine, by their table: those of other daemons, too. */
  public static List<String> tables() {
    return Nft.tables()
        .lines()
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .filter(table -> table.startsWith(PREFIX))
        .toList();
  }

  /** Removes a lock; nothing where there is none. */
  public static void remove(String table) {
    if (table.startsWith(PREFIX))
      Nft.run("table inet " + table + "\ndelete table inet " + table + "\n");
  }

  /** Makes the table before it removes it, since removing what is not there is an error. */
  private static String removal(String table) {
    return "table inet " + table + "\ndelete table inet " + table + "\n";
  }

  private static void refuse(String error) {
    throw OperationException.refused(
        "the task's connections cannot be kept still: " + error,
        "install nftables; ckpt doctor says more");
  }

  /** The line that adds a socket to its set; "" where it is there already. */
  private String element(InternetSocket socket) {
    String set = set(socket), value = value(socket);
    if (!connections.add(set + value)) return "";
    return "add element inet " + table + " " + set + " { " + value + " }\n";
  }

  private static String set(InternetSocket socket) {
    if (socket.tcp() && !socket.listening())
      return socket.local().startsWith("[") ? "connections6" : "connections4";
    return socket.tcp() ? "listening" : "datagrams";
  }

  private static String value(InternetSocket socket) {
    if (!socket.tcp() || socket.listening()) return port(socket.local());
    return way(socket.local(), socket.remote());
  }

  /** A connection's packets in both directions, as elements of a set. */
  static String ends(InternetSocket connection) {
    return way(connection.local(), connection.remote())
        + ", "
        + way(connection.remote(), connection.local());
  }

  private static String way(String from, String to) {
    return end(from) + " . " + end(to);
  }

  private static String end(String end) {
    return end.substring(0, end.lastIndexOf(':')).replaceAll("[\\[\\]]|%.*", "")
        + " . "
        + port(end);
  }

  private static String port(String end) {
    return end.substring(end.lastIndexOf(':') + 1);
  }

  private static final String TABLE =
      """
      table inet NAME {
        set connections4 { type ipv4_addr . inet_service . ipv4_addr . inet_service; }
        set connections6 { type ipv6_addr . inet_service . ipv6_addr . inet_service; }
        set listening { type inet_service; }
        set datagrams { type inet_service; }
        chain incoming {
          type filter hook input priority raw; policy accept;
          meta mark MARK accept
          ip daddr . tcp dport . ip saddr . tcp sport @connections4 VERDICT
          ip6 daddr . tcp dport . ip6 saddr . tcp sport @connections6 VERDICT
          tcp flags & (syn | ack) == syn tcp dport @listening drop
          udp dport @datagrams drop
        }
        chain outgoing {
          type filter hook output priority raw; policy accept;
          meta mark MARK accept
          ip saddr . tcp sport . ip daddr . tcp dport @connections4 drop
          ip6 saddr . tcp sport . ip6 daddr . tcp dport @connections6 drop
        }
      }
      """;
}
