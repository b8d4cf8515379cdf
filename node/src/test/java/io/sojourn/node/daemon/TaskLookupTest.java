package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sojourn.engine.control.TaskScan;
import io.sojourn.engine.image.ImageRepository;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationException.Kind;
import io.sojourn.node.archive.Archive;
import io.sojourn.node.archive.RepositoryPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskLookupTest {
  private static final Caller ME = new Caller(Uid.MINE, 1);
  private static final Caller STRANGER = new Caller(Uid.STRANGER, 1);
  private static final Caller ROOT = new Caller(0, 1);
  private static final String PID = String.valueOf(ProcessHandle.current().pid());

  @TempDir Path directory;
  private TaskLookup tasks;
  private ImageLookup lookup;

  @BeforeEach
  void start() throws IOException {
    ImageCatalog catalog =
        new ImageCatalog(
            new ImageRepository(directory.resolve("images")),
            directory.resolve("memory"),
            Archive.open(RepositoryPlace.NONE, directory, directory.resolve("images"), "testnode"),
            "testnode");
    tasks =
        new TaskLookup(
            new TaskRegistry(
                new TaskScan(directory.resolve("run")),
                TaskStore.open(directory.resolve("tasks")),
                catalog,
                "testnode",
                task -> false),
            task -> OptionalInt.empty());
    lookup = new ImageLookup(catalog, tasks, task -> "make one");
  }

  private void image(String image, String id, String name, boolean freeze, int uid) {
    FakeNode.image(directory.resolve("images").resolve(image), id, name, freeze, 1, uid);
  }

  private Kind kindOf(String text, Caller caller) {
    return catchThrowableOfType(OperationException.class, () -> tasks.find(text, caller)).kind();
  }

  @Test
  void aTaskIsFoundByNameIdAndPid() {
    try (FakeTask running = FakeTask.start(directory.resolve("run"), "aaaa1111bbbb", "web", 1)) {
      assertThat(tasks.find("web", ME).id()).isEqualTo("aaaa1111bbbb");
      assertThat(tasks.find("aaaa1111bbbb", ME).name()).isEqualTo("web");
      assertThat(tasks.find(PID, ME).name()).isEqualTo("web");
      assertThat(kindOf("we", ME)).isEqualTo(Kind.NOT_FOUND);
      assertThat(running).isNotNull();
    }
  }

  @Test
  void strangersDoNotSeeIt() {
    image("web-aaaa-1", "aaaa1111bbbb", "web", true, Uid.MINE);
    try (FakeTask running = FakeTask.start(directory.resolve("run"), "cccc1111bbbb", "app", 1)) {
      assertThat(running).isNotNull();
      assertThat(tasks.visible(ME)).hasSize(2);
      assertThat(tasks.visible(ROOT)).hasSize(2);
      assertThat(tasks.visible(STRANGER)).isEmpty();
      assertThat(kindOf("web", STRANGER)).isEqualTo(Kind.NOT_FOUND);
      assertThat(kindOf(PID, STRANGER)).isEqualTo(Kind.NOT_FOUND);
    }
  }

  @Test
  void anAmbiguousNameListsTheIds() {
    image("web-aaaa-1", "aaaa1111bbbb", "web", true, Uid.MINE);
    image("web-cccc-1", "cccc1111bbbb", "web", true, Uid.MINE);
    OperationException ambiguous =
        catchThrowableOfType(OperationException.class, () -> tasks.find("web", ME));
    assertThat(ambiguous.kind()).isEqualTo(Kind.USAGE);
    assertThat(ambiguous).hasMessageContainingAll("aaaa1111bbbb", "cccc1111bbbb", "frozen");
    assertThat(tasks.find("cccc1111bbbb", ME).frozen()).isTrue();
  }

  @Test
  void aTaskThatHasEndedDoesNotStandInTheWay() {
    image("web-aaaa-1", "aaaa1111bbbb", "web", false, Uid.MINE);
    image("web-cccc-1", "cccc1111bbbb", "web", true, Uid.MINE);
    assertThat(tasks.find("web", ME).id()).isEqualTo("cccc1111bbbb");
  }

  @Test
  void anotherUsersIdIsNotTakenFromAControlBlock() {
    image("web-aaaa-1", "aaaa1111bbbb", "web", true, Uid.STRANGER);
    assertThat(tasks.visible(ROOT)).hasSize(1);
    try (FakeTask forged = FakeTask.start(directory.resolve("run"), "aaaa1111bbbb", "web", 9)) {
      assertThat(forged).isNotNull();
      assertThat(tasks.find("web", STRANGER).runs()).isFalse();
      assertThat(tasks.find("web", STRANGER).record().incarnation()).isEqualTo(1);
    }
  }

  @Test
  void aBlockWithAnIdThatIsNoneIsPassedOver() {
    try (FakeTask forged = FakeTask.start(directory.resolve("run"), "../../etc/x", "web", 1)) {
      assertThat(forged).isNotNull();
      assertThat(tasks.visible(ROOT)).isEmpty();
    }
  }

  @Test
  void onlyRootUsesImagesOutsideOfTheRepository() {
    Path elsewhere = directory.resolve("elsewhere");
    FakeNode.image(elsewhere, "aaaa1111bbbb", "web", true, 1, Uid.STRANGER);
    assertThat(lookup.find(elsewhere.toString(), ROOT).name()).isEqualTo("elsewhere");
    assertThat(
            catchThrowableOfType(
                    OperationException.class, () -> lookup.find(elsewhere.toString(), STRANGER))
                .kind())
        .isEqualTo(Kind.REFUSED);
  }

  @Test
  void imagesOfOthersAreNotFound() {
    image("web-aaaa-1", "aaaa1111bbbb", "web", true, Uid.STRANGER);
    assertThat(lookup.visible(STRANGER)).hasSize(1);
    assertThat(lookup.find("web-aaaa-1", STRANGER).name()).isEqualTo("web-aaaa-1");
    Caller third = new Caller(Uid.STRANGER + 1, 1);
    assertThat(lookup.visible(third)).isEmpty();
    assertThat(
            catchThrowableOfType(
                    OperationException.class, () -> lookup.findFor("web-aaaa-1", third))
                .kind())
        .isEqualTo(Kind.NOT_FOUND);
  }
}
