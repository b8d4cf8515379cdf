package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import io.sojourn.victim.Guarded;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks with connections among them, dumped at one instant and restored together. */
class GroupIT {
  @RegisterExtension static final Node node = new Node();

  private static final int KILLS = Integer.getInteger("sojourn.kills", 50);

  private final Random random = new Random();

  /** Not a byte is lost or doubled among them, whichever of them dies. */
  @Test
  void aKilledGroupGoesOnFromItsImage() throws Exception {
    try (ProgramGroup heat = ProgramGroup.heat(node, "heat", 4, "")) {
      heat.goesOn();
      Answer first = node.ckpt("checkpoint", "--group", "heat").done();
      assertThat(first.json().path("groupImage").asText()).isEqualTo("heat@1");
      assertThat(first.json().path("tasks")).hasSize(4);
      heat.goesOn();
      node.ckpt("checkpoint", "--group", "heat").done();
      heat.goesOn();
      heat.kill(heat.pids());
      heat.restored(node.ckpt("restore", "--group", "heat").done(), "heat@2");
      heat.goesOn();
      oneIsKilled(heat);
      heat.restored(node.ckpt("restore", "--group", "heat@1", "--end-living").done(), "heat@1");
      heat.goesOn();
      heat.finish();
    }
  }

  private void oneIsKilled(ProgramGroup heat) throws IOException {
    heat.kill(List.of(heat.pid(random.nextInt(heat.size()))));
  }

  /** One of them is enough to lead all of them back, to what is made while nobody looks. */
  @Test
  void aSupervisedMemberTakesItsGroupAlong() throws Exception {
    String options = ",every=1s,keep=2,onFailure=restart,restartDelay=10ms";
    try (ProgramGroup heat = ProgramGroup.heat(node, "warm", 3, options)) {
      heat.goesOn();
      heat.awaitImages(1, 3);
      int life = 1;
      for (int kill = 0; kill < 2; kill++) {
        oneIsKilled(heat);
        life = heat.livesAfter(life);
        heat.goesOn();
      }
      heat.awaitImages(3, 2);
      node.ckpt("checkpoint", "--group", "warm", "--every", "off").done();
      node.ckpt("checkpoint", "--group", "warm", "--on-failure=keep").done();
      heat.awaitRest();
      heat.finish();
    }
  }

  /**
   * Whoever dies when: a member, all of them, the daemon; in the middle of a checkpoint or a
   * restore, too. {@code -Dsojourn.kills=N} says how often, {@code -Dsojourn.seed=N} repeats a run.
   */
  @Test
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  void aGroupOutlivesWhateverDies() throws Exception {
    long seed = Long.getLong("sojourn.seed", System.nanoTime());
    random.setSeed(seed);
    StringBuilder story = new StringBuilder("seed " + seed + ":");
    String options = ",every=2s,keep=3,onFailure=restart,restartDelay=10ms,startLimitBurst=100000";
    try (ProgramGroup heat = ProgramGroup.heat(node, "soak", 8, options)) {
      heat.awaitImages(1, 3);
      int life = 1;
      for (int kill = 0; kill < KILLS; kill++) {
        int after = random.nextInt(4000), whom = random.nextInt(8);
        Thread.sleep(after);
        story.append("\n%d: life %d, after %d ms, ".formatted(kill, life, after));
        story.append(whom == 0 ? "all" : whom == 1 ? "one and the daemon" : "one");
        if (whom == 0) heat.kill(heat.pids());
        else oneIsKilled(heat);
        if (whom == 1) {
          node.killDaemon();
          node.startDaemon();
        }
        life = heat.livesAfter(life);
        heat.goesOn();
      }
      node.ckpt("checkpoint", "--group", "soak", "--every", "off").done();
      node.ckpt("checkpoint", "--group", "soak", "--on-failure=keep").done();
      heat.awaitRest();
      heat.finish();
    } finally {
      System.out.println(story);
    }
  }

  @Test
  void aMemberThatCannotBeStoppedLetsAllRunOn() {
    try (Subject guarded = node.subject(Jdk.newest(), Guarded.class).agent("group=pair").start();
        Subject other = node.subject(Jdk.newest(), Clock.class).agent("group=pair").start()) {
      guarded.ask("enter");
      node.ckpt("checkpoint", "--group", "pair", "--guard-limit=300ms")
          .failed("no image of group pair was made", guarded.name(), "guarded region");
      assertThat(images()).isEmpty();
      assertThat(other.ask("pid")).isEqualTo(String.valueOf(other.pid()));
      guarded.ask("leave");
      node.ckpt("checkpoint", "--group", "pair").done();
      assertThat(images())
          .hasSize(2)
          .allSatisfy(
              image -> {
                assertThat(image.path("groupImage").asText()).isEqualTo("pair@1");
                assertThat(image.path("groupComplete").asBoolean()).isTrue();
              });
    }
  }

  @Test
  void whatCannotBeDoneIsRefused() {
    node.ckpt("checkpoint", "--group", "nobody").notFound("nobody", "group=nobody");
    node.ckpt("restore", "--group", "nobody").notFound("nobody");
    assertThat(node.ckpt("checkpoint").status()).isEqualTo(2);
    assertThat(node.ckpt("restore", "x", "--group", "y").status()).isEqualTo(2);
    try (Subject one = node.subject(Jdk.newest(), Clock.class).agent("group=two").start();
        Subject other = node.subject(Jdk.newest(), Clock.class).agent("group=two").start()) {
      assertThat(node.ckpt("ps", one.name()).json().at("/tasks/0/group").asText()).isEqualTo("two");
      Answer made = node.ckpt("checkpoint", "--group", "two").done();
      node.ckpt("restore", "--group", "two").refused(one.name(), other.name(), "--end-living");
      other.close();
      node.ckpt("checkpoint", "--group", "two").refused(other.name(), "two@1", "--without-ended");
      Answer alone = node.ckpt("checkpoint", "--group", "two", "--without-ended").done();
      assertThat(alone.json().path("tasks")).hasSize(1);
      node.ckpt("rm", made.json().at("/tasks/0/image").asText()).done();
      node.ckpt("restore", "--group", "two@1").refused("two@1", "missing");
    }
  }

  @AfterEach
  void removeImages() {
    for (JsonNode image : images()) node.ckpt("rm", image.path("name").asText()).done();
  }

  private static JsonNode images() {
    return node.ckpt("images").done().json().path("images");
  }
}
