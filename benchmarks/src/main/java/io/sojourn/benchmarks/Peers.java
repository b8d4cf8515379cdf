package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What others use between the same two machines: sshd at home; on the guest node sshfs and {@code
 * ssh -L}; and a chain of two socats, one on each. With their own options, and keys of our own.
 */
final class Peers implements AutoCloseable {
  private static final int SSHD = 10022;
  static final int SSH_FORWARD = 10023;
  static final int SOCAT_FORWARD = 10024;
  private static final int SOCAT_AT_HOME = 10025;

  private final TwoNodes nodes;
  private final Path directory;
  private final List<Background> running = new ArrayList<>();

  private Peers(TwoNodes nodes) {
    this.nodes = nodes;
    this.directory = nodes.directory().resolve("peers");
  }

  static Peers start(TwoNodes nodes) throws Failure, InterruptedException {
    Peers peers = new Peers(nodes);
    try {
      peers.sshd();
      return peers;
    } catch (Failure | InterruptedException e) {
      peers.close();
      throw e;
    }
  }

  private void sshd() throws Failure, InterruptedException {
    try {
      Files.createDirectory(directory);
      Files.createDirectories(Path.of("/run/sshd"));
      for (String key : List.of("host", "user"))
        Shell.run(
            Map.of(),
            List.of(
                "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory.resolve(key) + ""));
    } catch (IOException e) {
      throw new Failure("cannot create " + directory, e);
    }
    start(
            Network.Machine.HOME,
            "/usr/sbin/sshd",
            "-D",
            "-e",
            "-f",
            "/dev/null",
            "-p",
            String.valueOf(SSHD),
            "-h",
            directory.resolve("host").toString(),
            "-o",
            "AuthorizedKeysFile=" + directory.resolve("user.pub"),
            "-o",
            "StrictModes=no",
            "-o",
            "PermitRootLogin=yes",
            "-o",
            "PidFile=none",
            "-o",
            "Subsystem=sftp /usr/lib/openssh/sftp-server")
        .awaitListener(nodes.network(), Network.Machine.HOME, SSHD);
  }

  private List<String> sshOptions() {
    return List.of(
        "-o",
        "IdentityFile=" + directory.resolve("user"),
        "-o",
        "UserKnownHostsFile=" + directory.resolve("known"),
        "-o",
        "StrictHostKeyChecking=accept-new");
  }

  private Background start(Network.Machine machine, String... words) throws Failure {
    List<String> command = new ArrayList<>(nodes.network().on(machine));
    command.addAll(List.of(words));
    Background started =
        Background.start(command, Map.of(), directory.resolve("log" + running.size()));
    running.add(started);
    return started;
  }

  /** Mounts home's directory for the guest node. */
  Path sshfs() throws Failure, InterruptedException {
    Path mount = directory.resolve("sshfs");
    try {
      Files.createDirectory(mount);
    } catch (IOException e) {
      throw new Failure("cannot create " + mount, e);
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "sshfs",
                "-f",
                "root@" + Network.HOME + ":" + nodes.home(),
                mount.toString(),
                "-p",
                String.valueOf(SSHD)));
    words.addAll(sshOptions());
    start(Network.Machine.GUEST, words.toArray(String[]::new))
        .await(() -> Files.exists(mount.resolve(".")) && mounted(mount));
    return mount;
  }

  private static boolean mounted(Path mount) throws Failure {
    try {
      return Files.readString(Path.of("/proc/self/mounts")).contains(" " + mount + " ");
    } catch (IOException e) {
      throw new Failure("cannot read /proc/self/mounts", e);
    }
  }

  /** A port of the guest node's that leads to a port of the peer's. */
  int sshForward(int port) throws Failure, InterruptedException {
    List<String> words = new ArrayList<>(List.of("ssh", "-N", "-p", String.valueOf(SSHD)));
    words.addAll(sshOptions());
    words.addAll(
        List.of(
            "-L",
            Network.GUEST + ":" + SSH_FORWARD + ":" + Network.PEER + ":" + port,
            "root@" + Network.HOME));
    start(Network.Machine.GUEST, words.toArray(String[]::new))
        .awaitListener(nodes.network(), Network.Machine.GUEST, SSH_FORWARD);
    return SSH_FORWARD;
  }

  int socatForward(int port) throws Failure, InterruptedException {
    socat(Network.Machine.HOME, SOCAT_AT_HOME, Network.PEER + ":" + port);
    socat(Network.Machine.GUEST, SOCAT_FORWARD, Network.HOME + ":" + SOCAT_AT_HOME);
    return SOCAT_FORWARD;
  }

  private void socat(Network.Machine machine, int port, String to)
      throws Failure, InterruptedException {
    start(
            machine,
            "socat",
            "TCP-LISTEN:" + port + ",fork,reuseaddr,nodelay,backlog=2000",
            "TCP:" + to + ",nodelay")
        .awaitListener(nodes.network(), machine, port);
  }

  @Override
  public void close() throws InterruptedException {
    for (int i = running.size(); i-- > 0; ) running.get(i).close();
  }
}
