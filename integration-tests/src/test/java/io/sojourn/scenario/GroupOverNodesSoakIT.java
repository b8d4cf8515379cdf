package io.sojourn.scenario;

import io.sojourn.harness.Node;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Eight tasks on three nodes, of {@code heat} and of {@code opt}, whoever of them dies when: a
 * member, all of them, a member and its node's daemon; in the middle of a checkpoint or a restore,
 * too. {@code -Dsojourn.kills=N} says how often, {@code -Dsojourn.seed=N} repeats a run.
 */
@EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
class GroupOverNodesSoakIT {
  private static final int KILLS = Integer.getInteger("sojourn.kills", 50);
  private static final String OPTIONS =
      ",every=2s,keep=3,onFailure=restart,restartDelay=10ms,startLimitBurst=100000";

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
          IntStream.range(0, 8).mapToObj(rank -> nodes.seat(1 + rank * 3 / 8)).toList();
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
    story.append(whom == 0 ? "all" : whom == 1 ? "one and its daemon" : "one").append(' ');
    story.append(rank);
    group.kill(whom == 0 ? new ArrayList<>(group.pids()) : List.of(group.pid(rank)));
    if (whom != 1) return;
    Node node = nodes.node(1 + rank * 3 / 8);
    node.killDaemon();
    node.startDaemon();
    nodes.awaitUp();
  }
}
