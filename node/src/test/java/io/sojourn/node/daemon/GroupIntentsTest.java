package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.image.ImageRepository;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupIntentsTest {
  @TempDir Path directory;

  /** The daemon died when one of two was there. */
  @Test
  void whatIsThereOfAnIncompleteImageIsRemoved() throws Exception {
    ImageRepository images = new ImageRepository(directory.resolve("images"));
    GroupIntents intents = new GroupIntents(directory.resolve("groups"));
    Path stored = images.root().resolve("a-1234-1"), missing = images.root().resolve("b-1234-1");
    Path whole = images.root().resolve("a-1234-2");
    intents.begin("sim@1", List.of(stored, missing));
    FakeNode.image(stored, "123456", "a", false, 1, Uid.MINE);
    intents.begin("sim@2", List.of(whole));
    FakeNode.image(whole, "123456", "a", false, 1, Uid.MINE);
    intents.over("sim@2");
    new GroupIntents(directory.resolve("groups")).sweep(images);
    assertThat(images.root()).isDirectoryNotContaining("glob:**a-1234-1");
    assertThat(images.entries()).extracting(ImageRepository.Entry::path).containsExactly(whole);
    new GroupIntents(directory.resolve("groups")).sweep(images);
    assertThat(images.entries()).hasSize(1);
  }
}
