package io.sojourn.engine.criu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The nftables table by which CRIU keeps connections still: it drops their packets, so that peers
 * neither hear nor are refused while the task is held or frozen. CRIU names it "CRIU-RUNID" and
 * removes it itself when a task runs again; we do where CRIU died, or where the image of a frozen
 * task is thrown away.
 */
public final class NetworkLock {
  private static final String PREFIX = "CRIU-";

  private NetworkLock() {}

  /** Names of all such tables. */
  public static List<String> tables() {
    return nft("list", "tables").map(NetworkLock::tableNames).orElse(List.of());
  }

  /**
   * The table that holds one of these connections.
   *
   * @param connections "LOCAL:PORT -> REMOTE:PORT", as {@code InternetSocket.ends()} gives them
   */
  public static Optional<String> holding(Collection<String> connections) {
    for (String table : tables()) {
      String text = nft("-n", "list", "table", "inet", table).orElse("");
      for (String connection : connections)
        if (text.contains(element(connection))) return Optional.of(table);
    }
    return Optional.empty();
  }

  public static void remove(String table) {
    if (table.startsWith(PREFIX)) nft("delete", "table", "inet", table);
  }

  /** "127.0.0.1:80 -> 127.0.0.1:4711" as nft prints it: "127.0.0.1 . 80 . 127.0.0.1 . 4711". */
  static String element(String connection) {
    String[] ends = connection.split(" -> ", 2);
    return ends.length < 2 ? "no connection" : end(ends[0]) + " . " + end(ends[1]);
  }

  private static String end(String end) {
    int colon = end.lastIndexOf(':');
    return end.substring(0, colon).replace("[", "").replace("]", "")
        + " . "
        + end.substring(colon + 1);
  }

  private static List<String> tableNames(String listing) {
    return Arrays.stream(listing.split("\n"))
        .map(line -> line.replace("table inet ", "").strip())
        .filter(name -> name.startsWith(PREFIX))
        .toList();
  }

  private static Optional<String> nft(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "nft";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException notInstalled) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
