package io.sojourn.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Three machines within this one, a network namespace each: home, which has a link to the guest
 * node and one to a peer. The guest node and the peer do not reach each other.
 */
final class Network implements AutoCloseable {
  static final String HOME = "10.98.0.1";
  static final String GUEST = "10.98.0.2";
  static final String PEER = "10.98.1.2";
  static final String HOME_TO_PEER = "10.98.1.1";

  /** One of the machines. */
  enum Machine {
    HOME,
    GUEST,
    PEER
  }

  private final String prefix = "sojourn-bench-" + ProcessHandle.current().pid() + "-";
  private final List<String> spaces = new ArrayList<>();

  static Network open() throws Failure, InterruptedException {
    Network network = new Network();
    try {
      for (Machine machine : Machine.values()) network.add(machine);
      network.link(Machine.GUEST, "eth0", HOME, GUEST);
      network.link(Machine.PEER, "eth1", HOME_TO_PEER, PEER);
      return network;
    } catch (Failure | InterruptedException e) {
      network.close();
      throw e;
    }
  }

  private void add(Machine machine) throws Failure, InterruptedException {
    ip("netns", "add", space(machine));
    spaces.add(space(machine));
    ip("-n", space(machine), "link", "set", "lo", "up");
  }

  private void link(Machine other, String name, String here, String there)
      throws Failure, InterruptedException {
    String home = space(Machine.HOME);
    ip(
        "-n",
        home,
        "link",
        "add",
        name,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        space(other));
    ip("-n", home, "addr", "add", here + "/24", "dev", name);
    ip("-n", home, "link", "set", name, "up");
    ip("-n", space(other), "addr", "add", there + "/24", "dev", "eth0");
    ip("-n", space(other), "link", "set", "eth0", "up");
  }

  private String space(Machine machine) {
    return prefix + machine.ordinal();
  }

  /** The words to put before a command, so that it runs on that machine, with our mounts. */
  List<String> on(Machine machine) {
    return List.of("nsenter", "--net=/run/netns/" + space(machine));
  }

  private static void ip(String... words) throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    Shell.run(Map.of(), command);
  }

  @Override
  public void close() throws Failure, InterruptedException {
    for (String space : spaces) ip("netns", "del", space);
    spaces.clear();
  }
}
