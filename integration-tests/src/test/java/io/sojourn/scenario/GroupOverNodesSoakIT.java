package io.sojourn.scenario;

import io.sojourn.harness.Node;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Eight tasks on three nodes, of {@code heat} and of {@code opt}, whoever of them dies when: a
 * member, all of them, a member and its node's daemon, a node with all that it has; in the middle
 * of a checkpoint or a restore, too. {@code -Dsojourn.kills=N} says how often, {@code
 * -Dsojourn.seed=N} repeats a run.
 */
@EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
class GroupOverNodesSoakIT {
  private static final int KILLS = Integer.getInteger("sojourn.kills", 50);
  private static final String OPTIONS =
      ",every=2s,keep=3,onFailure=restart,restartDelay=10ms,restartMaxDelay=1s,startLimitBurst=100000";

  private static final IntUnaryOperator NODE_OF = rank -> 1 + rank * 3 / 8;
  private static final int ALL = 0;
  private static final int ONE_AND_ITS_DAEMON = 1;
  private static final int A_NODE = 2;
  private static final Map<Integer, String> WHOM =
      Map.of(ALL, "all,", ONE_AND_ITS_DAEMON, "one and its daemon,", A_NODE, "the node of");

  private final Random random = new Random();

  @Test
  void aGroupOutlivesWhateverDies() throws Exception {
    outlivesWhateverDies(new ParallelHeat(), "heat");
  }

  @Test
  void aMasterAndItsSlavesOutliveWhateverDies() throws Exception {
    outlivesWhateverDies(new ParallelOpt(2000), "opt");
  }

  private void outlivesWhateverDies(Parallel program, String name) throws Exception {
    long seed = Long.getLong("sojourn.seed", System.nanoTime());
    random.setSeed(seed);
    StringBuilder story = new StringBuilder(name + ", seed " + seed + ":");
    try (SeveralNodes nodes = new SeveralNodes("sojourn-gs", 3)) {
      List<ProgramGroup.Seat> seats =
          IntStream.range(0, 8).mapToObj(rank -> nodes.seat(NODE_OF.applyAsInt(rank))).toList();
      try (ProgramGroup group = ProgramGroup.start(program, seats, name, OPTIONS)) {
        group.awaitImages(1, 4);
        int life = 1;
        for (int kill = 0; kill < KILLS; kill++) {
          int after = random.nextInt(4000);
          Thread.sleep(after);
          story.append("\n%d: life %d, after %d ms, ".formatted(kill, life, after));
          kill(group, nodes, story);
          life = group.livesAfter(life);
          group.goesOn();
        }
        for (int number = 1; number <= 3; number++) {
          Node node = nodes.node(number);
          node.ckpt("checkpoint", "--group", name, "--every", "off").done();
          node.ckpt("checkpoint", "--group", name, "--on-failure=keep").done();
        }
        group.finish();
      }
      nodes.nothingIsLeft();
    } finally {
      System.out.println(story);
    }
  }

  private void kill(ProgramGroup group, SeveralNodes nodes, StringBuilder story)
      throws IOException, InterruptedException {
    int whom = random.nextInt(8), rank = random.nextInt(group.size());
    Node node = nodes.node(NODE_OF.applyAsInt(rank));
    List<Integer> dying =
        switch (whom) {
          case ALL -> group.pids();
          case A_NODE -> group.pids(node);
          default -> List.of(group.pid(rank));
        };
    story.append(WHOM.getOrDefault(whom, "one")).append(' ').append(rank);
    // Nobody is left there who could do anything about it.
    if (whom == A_NODE) node.killDaemon();
    group.kill(dying);
    if (whom == ONE_AND_ITS_DAEMON) node.killDaemon();
    if (whom != A_NODE && whom != ONE_AND_ITS_DAEMON) return;
    node.startDaemon();
    nodes.awaitUp();
  }
}
