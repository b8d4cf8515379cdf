package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.image.Trees;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import io.sojourn.victim.Memories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images in an encrypted repository, of real programs. */
class RepositoryIT {
  private static final Path place = place();

  @RegisterExtension
  static final Node node =
      new Node(
          List.of(),
          "--repository",
          place.resolve("repository").toString(),
          "--repository-key",
          place.resolve("key").toString());

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static Path place() {
    try {
      Path made = Files.createTempDirectory("sojourn-repository-");
      Path key = Files.writeString(made.resolve("key"), "5".repeat(64) + "\n");
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      return made;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  static void remove() {
    Trees.delete(place);
  }

  @Test
  void aTaskLivesAgainFromWhatIsStored() throws Exception {
    Subject task = node.subject(Jdk.newest(), Clock.class).start();
    String first = node.ckpt("checkpoint", task.name()).done().image();
    String second = node.ckpt("checkpoint", task.name()).done().image();
    await().atMost(PATIENCE).until(() -> stored(second) && !here(first));
    assertThat(here(second)).as("the newest stays here, to be restored soon").isTrue();
    assertThat(node.state().resolve("images").resolve(first)).doesNotExist();

    task.firstLife().destroyForcibly().waitFor();
    node.ckpt("inspect", first).done();
    node.ckpt("verify", first).done();
    node.ckpt("restore", first).done();
    assertThat(task.ask("pid")).isEqualTo("" + task.pid());
    try (Stream<Path> left = Files.list(node.state().resolve("brought"))) {
      assertThat(left).isEmpty();
    }
  }

  /** Whatever it was at: the next one goes on. */
  @Test
  void aDaemonThatDiesWhileItStoresCostsNothing() throws Exception {
    Subject task = node.subject(Jdk.newest(), Clock.class).start();
    String image = "";
    for (int round = 0; round < 3; round++) {
      image = node.ckpt("checkpoint", task.name()).done().image();
      node.killDaemon();
      node.startDaemon();
    }
    String last = image;
    await().atMost(PATIENCE).until(() -> stored(last));
    assertThat(images().findValuesAsText("stored")).containsOnly("true").hasSize(3);
    JsonNode check = node.ckpt("repository", "check", "--read-all").done().json();
    assertThat(check.path("problems")).isEmpty();
    assertThat(check.path("images").asInt()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void whatASchedulesNoLongerKeepsGoesFromTheRepositoryToo() {
    Subject task = node.subject(Jdk.newest(), Clock.class).start();
    for (int more = 0; more < 4; more++)
      node.ckpt("checkpoint", task.name(), "--every", "1h", "--keep", "2").done();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(images().findValuesAsText("stored")).containsExactly("true", "true"));
    await().atMost(PATIENCE).until(() -> inRepository() == 2);
    // A number that is stored is not given to another image.
    String next = node.ckpt("checkpoint", task.name()).done().image();
    assertThat(next).endsWith("-5");
  }

  /** None is left out because nothing seems to have happened: it costs next to nothing instead. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void theImageOfAnIdleTaskIsNearlyAllOfWhatTheOneBeforeWas(Jdk jdk) {
    Subject task = node.subject(jdk, Memories.class).start("32");
    task.tell("rest");
    await().atMost(PATIENCE).until(() -> !Files.exists(task.home().resolve("question")));
    // The first collection moves what is live to where it stays.
    node.ckpt("checkpoint", task.name()).done();
    for (int more = 0; more < 3; more++) {
      JsonNode made = node.ckpt("checkpoint", task.name()).done().json();
      String image = made.path("image").asText();
      long bytes = made.path("bytes").asLong();
      await().atMost(PATIENCE).until(() -> stored(image));
      assertThat(bytes).isGreaterThan(64 << 20);
      if (more > 0)
        assertThat(added(image)).as("%s of %d bytes", image, bytes).isLessThan(bytes / 20);
    }
  }

  /** How many bytes came into the repository with an image, as the daemon has noted. */
  private static long added(String image) {
    Pattern line = Pattern.compile("stored " + image + ": (\\d+) of");
    // It is listed a moment before that.
    return await(image + " in the log")
        .atMost(PATIENCE)
        .until(
            () -> line.matcher(node.log()).results().map(one -> one.group(1)).findFirst(),
            Optional::isPresent)
        .map(Long::parseLong)
        .orElseThrow();
  }

  @Test
  void damageIsSaid() throws Exception {
    Subject task = node.subject(Jdk.newest(), Clock.class).start();
    String image = node.ckpt("checkpoint", task.name()).done().image();
    await().atMost(PATIENCE).until(() -> stored(image));
    Path pack;
    try (Stream<Path> packs = Files.walk(place.resolve("repository/packs"))) {
      pack =
          packs
              .filter(Files::isRegularFile)
              .max(Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    byte[] content = Files.readAllBytes(pack);
    content[content.length / 2] ^= 1;
    Files.write(pack, content);
    node.ckpt("verify", image).refused("damaged, or changed");
    assertThat(node.ckpt("repository", "check").done().json().path("problems")).isEmpty();
    var check = node.ckpt("repository", "check", "--read-all");
    assertThat(check.status()).isEqualTo(1);
    assertThat(check.json().path("problems").toString()).contains(image);
    assertThat(node.ckpt("repository", "repair").status()).isEqualTo(1);
  }

  @AfterEach
  void forget() {
    for (JsonNode task : node.ckpt("ps").json().path("tasks"))
      node.ckpt("checkpoint", task.path("id").asText(), "--every", "off");
    for (JsonNode image : images()) node.ckpt("rm", image.path("name").asText()).done();
    await().atMost(PATIENCE).until(() -> inRepository() == 0);
    node.ckpt("repository", "collect").done();
  }

  private static int inRepository() {
    return node.ckpt("repository").done().json().path("images").asInt(-1);
  }

  private static JsonNode images() {
    return node.ckpt("images").done().json().path("images");
  }

  private static boolean stored(String image) {
    return image(image).path("stored").asBoolean();
  }

  private static boolean here(String image) {
    return image(image).path("here").asBoolean();
  }

  private static JsonNode image(String name) {
    for (JsonNode image : images()) if (image.path("name").asText().equals(name)) return image;
    throw new AssertionError(name + " is not listed");
  }
}
