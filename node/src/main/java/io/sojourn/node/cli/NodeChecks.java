package io.sojourn.node.cli;

import io.sojourn.node.daemon.Criu;
import io.sojourn.node.daemon.NodeConfig;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is installed here, and where the node keeps its things. */
final class NodeChecks {
  private static final long LITTLE_BYTES = 1L << 30;
  private static final String START = "ckpt node start provides it";

  private final NodeConfig config;

  NodeChecks(NodeConfig config) {
    this.config = config;
  }

  List<Check> all() throws IOException {
    List<Check> checks = new ArrayList<>();
    Optional<Criu> criu = Criu.find(config.stateDirectory());
    checks.add(criu(criu));
    criu.filter(Criu::newEnough).ifPresent(found -> checks.add(criuCheck(found)));
    checks.add(nftables());
    checks.add(jdk());
    checks.add(counters());
    checks.add(runDirectory());
    checks.add(space());
    checks.add(daemon());
    return checks;
  }

  private static Check criu(Optional<Criu> criu) {
    if (criu.isEmpty()) return Check.missing("CRIU", "none that starts", START);
    String found = criu.get().version() + ", " + criu.get().program();
    return criu.get().newEnough()
        ? Check.ok("CRIU", found)
        : Check.missing("CRIU", found + "; " + Criu.NEEDED + " is needed", START);
  }

  /** CRIU's own look at the kernel; it needs root. */
  private static Check criuCheck(Criu criu) {
    try {
      Process process =
          new ProcessBuilder(criu.program().toString(), "check")
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      List<String> said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
      String last = said.isEmpty() ? "" : said.get(said.size() - 1);
      if (process.waitFor() == 0) return Check.ok("criu check", last);
      return new File("/proc/1/root").canRead()
          ? Check.missing("criu check", last, "see what criu check says, and the kernel's options")
          : Check.note("criu check", "needs root", "run ckpt doctor as root");
    } catch (IOException e) {
      return Check.missing("criu check", e.toString(), START);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Check.note("criu check", "interrupted", "");
    }
  }

  private static Check nftables() {
    for (String directory : ("" + System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
      if (Files.isExecutable(Path.of(directory, "nft")))
        return Check.ok("nftables", directory + "/nft");
    return Check.missing(
        "nftables", "no nft: connections cannot be kept still", "apt-get install nftables");
  }

  private static Check jdk() {
    String home = System.getProperty("java.home");
    String found = Runtime.version() + ", " + home;
    return Files.isExecutable(Path.of(home, "bin/javac"))
        ? Check.ok("JDK", found)
        : Check.note("JDK", found + ", without a compiler", "install a JDK to build with");
  }

  /** Tasks map them; a restore puts them back. */
  private static Check counters() {
    Path tmp = Path.of("/tmp");
    return Files.isDirectory(tmp) && Files.isWritable(tmp)
        ? Check.ok("JVM counters", "/tmp is writable: jps and jstat see restored tasks")
        : Check.note("JVM counters", "/tmp is not writable", "start tasks with -XX:-UsePerfData");
  }

  private Check runDirectory() throws IOException {
    FileStore store = Files.getFileStore(existing(config.runDirectory()));
    String found = config.runDirectory() + " on " + store.type();
    return store.type().equals("tmpfs")
        ? Check.ok("run directory", found)
        : Check.note(
            "run directory",
            found + ": CRIU asks the kernel anew at each call, 60 ms",
            "mount a tmpfs at /run");
  }

  private Check space() throws IOException {
    Path existing = existing(config.stateDirectory());
    long free = Files.getFileStore(existing).getUsableSpace();
    String found = Units.bytes(free) + " free for images, " + config.stateDirectory();
    return free >= LITTLE_BYTES
        ? Check.ok("space", found)
        : Check.note("space", found, "remove images (ckpt rm), or choose another --state-dir");
  }

  private Check daemon() {
    return NodeClient.answers(config.socket())
        ? Check.ok("daemon", "answers at " + config.socket())
        : Check.missing("daemon", "none answers at " + config.socket(), "ckpt node start");
  }

  private static Path existing(Path path) {
    Path existing = path;
    while (!Files.exists(existing) && existing.getParent() != null) existing = existing.getParent();
    return existing;
  }
}
