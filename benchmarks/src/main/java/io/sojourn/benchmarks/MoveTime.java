package io.sojourn.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a task of 1.5 GB, 300 MB of it live, stands still for a move, against {@code criu dump},
 * a copy over TCP and {@code criu restore}; and when its memory is off its node, against a copy of
 * all that it has resident.
 */
final class MoveTime implements Benchmark {
  private static final double NOTHING = Double.NaN;
  private static final int COPY_PORT = 10100;
  private static final List<String> CRIU = List.of("--shell-job", "--file-locks", "--ext-unix-sk");

  private final Series downtime = new Series(), theirDowntime = new Series();
  private final Series lazyDowntime = new Series(), lazyCommand = new Series();
  private final Series offNode = new Series(), copy = new Series();
  private final Series command = new Series(), theirCommand = new Series();
  private final Map<String, Series> phases = new LinkedHashMap<>();

  @Override
  public Section measure(Plan plan) throws Failure, InterruptedException {
    Section section = Versus.section(plan, "Move of a task of 1.5 GB, 300 MB of it live", "move");
    List<String> jvm = List.of("-Xms1536m", "-Xmx1536m");
    int rounds = plan.rounds(5);
    // Rounds first that nobody counts: daemons of a cluster have moved tasks before.
    try (TwoNodes nodes = TwoNodes.start(plan)) {
      for (int i = -plan.rounds(2); i < rounds; i++)
        for (int k = 0; k < 3; k++)
          switch ((k + Math.max(i, 0)) % 3) {
            case 0 -> ours(nodes, jvm, i >= 0);
            case 1 -> lazily(nodes, jvm, i >= 0);
            default -> theirs(nodes, jvm, i >= 0);
          }
    }
    Versus versus = new Versus(section, plan.jdks().get(0).title());
    String peer = "criu dump, copy, criu restore";
    versus.less("downtime", "ms", downtime, peer, theirDowntime, 0.25);
    versus.less("downtime with --lazy", "ms", lazyDowntime, peer, theirDowntime, 0.1);
    versus.less("command with --lazy", "ms", lazyCommand, peer, theirCommand, NOTHING);
    versus.less("command", "ms", command, peer, theirCommand, NOTHING);
    versus.less("obtrusiveness", "ms", offNode, "TCP copy of what is resident", copy, 0.5);
    StringBuilder said = new StringBuilder("By its own account:");
    phases.forEach(
        (name, millis) ->
            said.append(' ').append(name).append(' ').append(millis.text("ms")).append(','));
    section.note(said.substring(0, said.length() - 1) + ".");
    return section;
  }

  private void ours(TwoNodes nodes, List<String> jvm, boolean counts)
      throws Failure, InterruptedException {
    RunningProbe task = nodes.task("task" + System.nanoTime(), jvm);
    task.ask("fill 300");
    double resident = RunningProbe.residentMegabytes(task.pid());
    Quiet.settle();
    task.ask("gap");
    Shell.Finished moved = nodes.leave(task);
    double gap = task.ask("gap")[1] / 1e3;
    if (counts) {
      downtime.add(gap);
      command.add(moved.millis());
      double off = 0;
      boolean over = false;
      for (JsonNode phase : Node.json(moved).path("phases")) {
        String name = phase.path("name").asText();
        double millis = phase.path("millis").asDouble();
        phases.computeIfAbsent(name, any -> new Series()).add(millis);
        over |= name.equals("restore");
        if (!over) off += millis;
      }
      offNode.add(off);
    }
    task.close();
    copy(nodes, (int) resident, counts);
  }

  private void lazily(TwoNodes nodes, List<String> jvm, boolean counts)
      throws Failure, InterruptedException {
    RunningProbe task = nodes.task("lazy" + System.nanoTime(), jvm);
    task.ask("fill 300");
    Quiet.settle();
    task.ask("gap");
    Shell.Finished moved = nodes.leaveLazily(task);
    double gap = task.ask("gap")[1] / 1e3;
    if (counts) {
      lazyDowntime.add(gap);
      lazyCommand.add(moved.millis());
    }
    task.close();
  }

  private void copy(TwoNodes nodes, int megabytes, boolean counts)
      throws Failure, InterruptedException {
    try (RunningProbe there =
            nodes.probe(Network.Machine.GUEST, "there" + System.nanoTime(), RunningProbe.SMALL);
        RunningProbe here =
            nodes.probe(Network.Machine.HOME, "here" + System.nanoTime(), RunningProbe.SMALL)) {
      String server = Network.GUEST + " " + (int) there.ask("serve")[0];
      here.ask("send " + server + " 100");
      double seconds = here.ask("send " + server + " " + megabytes)[0];
      if (counts) copy.add(seconds * 1e3);
    }
  }

  /** The image is in memory on both sides, and is copied by tar and socat. */
  private void theirs(TwoNodes nodes, List<String> jvm, boolean counts)
      throws Failure, InterruptedException {
    Path memory = Path.of("/dev/shm/sojourn-benchmark-" + System.nanoTime());
    Path image = memory.resolve("home"), arrived = memory.resolve("guest");
    try {
      Files.createDirectories(image);
      Files.createDirectories(arrived);
      RunningProbe task = nodes.probe(Network.Machine.HOME, "plain" + System.nanoTime(), jvm);
      task.ask("fill 300");
      Quiet.settle();
      task.ask("gap");
      double millis =
          criu(nodes, Network.Machine.HOME, "dump", image, List.of("-t", "" + task.pid()))
              + ship(nodes, image, arrived)
              + criu(
                  nodes, Network.Machine.GUEST, "restore", arrived, List.of("--restore-detached"));
      double gap = task.ask("gap")[1] / 1e3;
      task.close();
      if (!counts) return;
      theirDowntime.add(gap);
      theirCommand.add(millis);
    } catch (IOException e) {
      throw new Failure("cannot create " + memory, e);
    } finally {
      RunningSubject.delete(memory);
    }
  }

  private static double criu(
      TwoNodes nodes, Network.Machine on, String verb, Path image, List<String> more)
      throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(nodes.network().on(on));
    command.addAll(List.of(nodes.plan().node().criu().toString(), verb));
    command.addAll(List.of("-D", image.toString(), "-o", verb + ".log"));
    command.addAll(CRIU);
    command.addAll(more);
    return Shell.run(Map.of(), command).millis();
  }

  private static double ship(TwoNodes nodes, Path from, Path to)
      throws Failure, InterruptedException {
    List<String> take = new ArrayList<>(nodes.network().on(Network.Machine.GUEST));
    String shell = "socat -u -b 262144 TCP-LISTEN:%d,reuseaddr STDOUT | tar -x -C %s";
    take.addAll(List.of("sh", "-c", shell.formatted(COPY_PORT, to)));
    List<String> give = new ArrayList<>(nodes.network().on(Network.Machine.HOME));
    give.addAll(
        List.of(
            "sh",
            "-c",
            "tar -c -C %s . | socat -u -b 262144 STDIN TCP:%s:%d"
                .formatted(from, Network.GUEST, COPY_PORT)));
    try (Background taking =
        Background.start(take, Map.of(), nodes.directory().resolve("copy.log"))) {
      taking.awaitListener(nodes.network(), Network.Machine.GUEST, COPY_PORT);
      long start = System.nanoTime();
      Shell.run(Map.of(), give);
      taking.awaitEnd();
      return (System.nanoTime() - start) / 1e6;
    }
  }
}
