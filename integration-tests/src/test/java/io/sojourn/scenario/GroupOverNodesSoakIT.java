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
 * Eight tasks on three nodes, whoever of them dies when: a member, all of them, a member and its
 * node's daemon; in the middle of a checkpoint or a restore, too. {@code -Dsojourn.kills=N} says
 * how often, {@code -Dsojourn.seed=N} repeats a run.
 */
@EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
class GroupOverNodesSoakIT {
  private static final int KILLS = Integer.getInteger("sojourn.kills", 50);
  private static final String OPTIONS =
      ",every=2s,keep=3,onFailure=restart,restartDelay=10ms,startLimitBurst=100000";

  private final Random random = new Random();

  @Test
  void aGroupOutlivesWhateverDies() throws Exception {
    long seed = Long.getLong("sojourn.seed", System.nanoTime());
    random.setSeed(seed);
    StringBuilder story = new StringBuilder("seed " + seed + ":");
    try (SeveralNodes nodes = new SeveralNodes("sojourn-gs", 3)) {
      List<HeatGroup.Seat> seats =
          IntStream.range(0, 8).mapToObj(rank -> nodes.seat(1 + rank * 3 / 8)).toList();
      try (HeatGroup heat = HeatGroup.start(seats, "soak", OPTIONS)) {
        heat.awaitImages(1, 4);
        int life = 1;
        for (int kill = 0; kill < KILLS; kill++) {
          int after = random.nextInt(4000);
          Thread.sleep(after);
          story.append("\n%d: life %d, after %d ms, ".formatted(kill, life, after));
          kill(heat, nodes, story);
          life = heat.livesAfter(life);
          heat.goesOn();
        }
        for (int number = 1; number <= 3; number++) {
          Node node = nodes.node(number);
          node.ckpt("checkpoint", "--group", "soak", "--every", "off").done();
          node.ckpt("checkpoint", "--group", "soak", "--on-failure=keep").done();
        }
        heat.finish();
      }
      nodes.nothingIsLeft();
    } finally {
      System.out.println(story);
    }
  }

  private void kill(HeatGroup heat, SeveralNodes nodes, StringBuilder story)
      throws IOException, InterruptedException {
    int whom = random.nextInt(8), rank = random.nextInt(heat.size());
    story.append(whom == 0 ? "all" : whom == 1 ? "one and its daemon" : "one").append(' ');
    story.append(rank);
    heat.kill(whom == 0 ? new ArrayList<>(heat.pids()) : List.of(heat.pid(rank)));
    if (whom != 1) return;
    Node node = nodes.node(1 + rank * 3 / 8);
    node.killDaemon();
    node.startDaemon();
    nodes.awaitUp();
  }
}
