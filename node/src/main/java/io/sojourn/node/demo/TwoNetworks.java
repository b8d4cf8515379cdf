package io.sojourn.node.demo;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Networks of two machines and a cable between them. Nothing of it is in this one's network. */
final class TwoNetworks {
  private static final Path NAMES = Path.of("/run/netns");

  private final List<String> names;
  private final List<String> made = new ArrayList<>();

  TwoNetworks(String prefix) {
    this.names = List.of(prefix + "-1", prefix + "-2");
  }

  TwoNetworks lay() throws IOException, InterruptedException {
    for (String name : names) {
      ip("netns", "add", name);
      made.add(name);
    }
    ip(
        "-n",
        names.get(0),
        "link",
        "add",
        "eth0",
        "type",
        "veth",
        "peer",
        "eth0",
        "netns",
        names.get(1));
    for (int number = 1; number <= names.size(); number++) {
      String name = names.get(number - 1);
      ip("-n", name, "addr", "add", address(number) + "/24", "dev", "eth0");
      ip("-n", name, "link", "set", "eth0", "up");
      ip("-n", name, "link", "set", "lo", "up");
    }
    return this;
  }

  /**
   * @param number 1 or 2
   */
  static String address(int number) {
    return "10.98.0." + number;
  }

  /**
   * @param number 1 or 2
   * @return words to put before a command, so that it runs there
   */
  List<String> on(int number) {
    return List.of("nsenter", "--net=" + NAMES.resolve(names.get(number - 1)));
  }

  void remove() throws IOException, InterruptedException {
    while (!made.isEmpty()) ip("netns", "del", made.remove(made.size() - 1));
  }

  private static void ip(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0)
      throw OperationException.failed(
          String.join(" ", command) + ": " + said.strip(),
          "the demo must be root, with NET_ADMIN and SYS_ADMIN, to lay networks of its own");
  }
}
