package io.sojourn.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of machines within this one: a network namespace each, all at one bridge, which has a
 * namespace of its own. Nothing of it is in the host's network.
 */
public final class Net implements AutoCloseable {
  private final String prefix;
  private final List<String> spaces = new ArrayList<>();

  /**
   * @param machines how many; they are 10.99.0.1 and so on
   */
  public Net(String prefix, int machines) throws IOException, InterruptedException {
    this.prefix = prefix;
    try {
      String bridge = add("x");
      run("ip", "-n", bridge, "link", "add", "br0", "type", "bridge");
      run("ip", "-n", bridge, "link", "set", "br0", "up");
      for (int number = 1; number <= machines; number++) {
        String machine = add(String.valueOf(number)), port = "p" + number;
        run(
            "ip", "-n", bridge, "link", "add", port, "type", "veth", "peer", "name", "eth0",
            "netns", machine);
        run("ip", "-n", bridge, "link", "set", port, "master", "br0", "up");
        run("ip", "-n", machine, "addr", "add", address(number) + "/24", "dev", "eth0");
        run("ip", "-n", machine, "link", "set", "eth0", "up");
        run("ip", "-n", machine, "link", "set", "lo", "up");
      }
    } catch (IOException | RuntimeException failure) {
      close();
      throw failure;
    }
  }

  private String add(String name) throws IOException, InterruptedException {
    String space = prefix + "-" + name;
    run("ip", "netns", "add", space);
    spaces.add(space);
    return space;
  }

  public String address(int machine) {
    return "10.99.0." + machine;
  }

  /** The words to put before a command, so that it runs on that machine. */
  public List<String> on(int machine) {
    return List.of("ip", "netns", "exec", prefix + "-" + machine);
  }

  /** From now on no packet leaves or reaches the machine. */
  public void cut(int machine) throws IOException, InterruptedException {
    run(on(machine), "nft", "add table inet cut");
    for (String hook : List.of("input", "output"))
      run(
          on(machine),
          "nft",
          "add chain inet cut %s { type filter hook %s priority 0; policy drop; }"
              .formatted(hook, hook));
  }

  public void heal(int machine) throws IOException, InterruptedException {
    run(on(machine), "nft", "delete table inet cut");
  }

  /** From now on the machine sends so many megabytes in a second, and no more (tc-tbf(8)). */
  public void narrow(int machine, int megabytes) throws IOException, InterruptedException {
    List<String> tc = new ArrayList<>(List.of("tc", "qdisc", "replace", "dev", "eth0", "root"));
    tc.addAll(List.of("tbf", "rate", megabytes + "mbps", "burst", "128kb", "latency", "200ms"));
    run(on(machine), tc.toArray(String[]::new));
  }

  /** As wide as at first. */
  public void widen(int machine) throws IOException, InterruptedException {
    // Where nothing is to be taken away, tc says so and fails.
    run(on(machine), "tc", "qdisc", "replace", "dev", "eth0", "root", "pfifo");
  }

  private static void run(List<String> prefix, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(words));
    run(command.toArray(String[]::new));
  }

  private static void run(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) throw new IOException(String.join(" ", words) + ": " + said);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (String space : spaces) run("ip", "netns", "del", space);
    spaces.clear();
  }
}
