package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.blob.Location;
import io.sojourn.repository.blob.S3Store;
import io.sojourn.repository.seal.KeyedSeal;
import io.sojourn.repository.seal.Keys;
import io.sojourn.repository.seal.Seal;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository in a bucket, on a server that is well or is not. */
class S3Test {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir(factory = InMemory.class)
  Path directory;

  private S3Server server;
  private Shelf shelf;
  private final SomeImage image = new SomeImage(1).touch(Shelf.HEAP, 600);

  @BeforeEach
  void begin() throws Exception {
    server = S3Server.start(directory.resolve("s3"));
    shelf = new Shelf(directory);
    shelf.make(image, "a-1");
    shelf.make(image.touch(Shelf.HEAP, 30), "a-2");
  }

  @AfterEach
  void end() throws Exception {
    server.close();
  }

  private S3Store bucket() {
    return S3Server.open(server.port(), LONG, LONG);
  }

  @Test
  void blobsAreWhatWasPut() throws IOException {
    try (BlobStore bucket = bucket()) {
      assertThat(bucket.list("some")).isEmpty();
      byte[] content = {1, 2, 3, 4, 5, 6};
      bucket.put("some/blob", ByteBuffer.wrap(content, 1, 4));
      bucket.put("some/deep/one", ByteBuffer.wrap(content));
      bucket.put("something", ByteBuffer.wrap(content));
      assertThat(bucket.list("some"))
          .containsExactly(
              new BlobStore.Blob("some/blob", 4), new BlobStore.Blob("some/deep/one", 6));
      assertThat(bucket.get("some/blob")).containsExactly(2, 3, 4, 5);
      assertThat(bucket.get("some/deep/one", 2, 3)).containsExactly(3, 4, 5);
      assertThatThrownBy(() -> bucket.get("some/deep/one", 2, 30)).isInstanceOf(EOFException.class);
      bucket.delete("some/blob");
      bucket.delete("some/blob");
      assertThatThrownBy(() -> bucket.get("some/blob")).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> bucket.get("some/blob", 0, 1))
          .isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void listsAreLongerThanOnePage() throws IOException {
    try (BlobStore bucket = bucket()) {
      for (int number = 0; number < 1003; number++)
        bucket.put("many/" + number, ByteBuffer.allocate(1));
      assertThat(bucket.list("many")).hasSize(1003);
    }
  }

  @Test
  void anImageComesBackAsItWas() throws IOException {
    Seal seal = KeyedSeal.of(Keys.parse("3".repeat(64), "this test"));
    try (Repository repository = shelf.open(bucket(), seal)) {
      long first = shelf.store(repository, "a-1"), second = shelf.store(repository, "a-2");
      assertThat(second).isLessThan(first / 3);
      repository.remove("a-1");
      repository.collect();
      shelf.whole(repository, "a-2");
      assertThat(repository.check(true, read -> {}).problems()).isEmpty();
    }
  }

  @Test
  void aLocationNamesIt() throws IOException {
    String text =
        "s3://"
            + S3Server.BUCKET
            + "/x/y?region=eu-west-1&endpoint=http://127.0.0.1:"
            + server.port();
    try (Repository repository = shelf.open(Location.open(text))) {
      shelf.store(repository, "a-1");
      assertThat(repository.place()).isEqualTo("s3://images/x/y");
    }
    assertThat(directory.resolve("s3/images/x/y/repository.json")).exists();
  }

  /** Every third connection is answered with an error, every seventh is cut. */
  @Test
  void whatFailsByChanceIsRepeated() throws IOException {
    try (Gate gate =
            new Gate(
                server.port(),
                number ->
                    number % 3 == 1
                        ? Gate.Fate.ANSWERS_ERROR
                        : number % 7 == 2 ? Gate.Fate.CUT : Gate.Fate.PASSES);
        Repository repository = shelf.open(S3Server.open(gate.port(), LONG, LONG))) {
      shelf.store(repository, "a-1");
      shelf.whole(repository, "a-1");
    }
  }

  @Test
  void aServerThatOnlyAnswersErrorsIsGivenUp() throws IOException {
    try (Gate gate = new Gate(server.port(), number -> Gate.Fate.ANSWERS_ERROR)) {
      assertThatThrownBy(() -> shelf.open(S3Server.open(gate.port(), LONG, LONG)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("503");
    }
  }

  @Test
  void aSilentServerIsGivenUp() throws IOException {
    try (Gate gate = new Gate(server.port(), number -> Gate.Fate.SILENT)) {
      Duration call = Duration.ofSeconds(1);
      assertThatThrownBy(() -> shelf.open(S3Server.open(gate.port(), call, call)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void noServerIsSaidSo() throws IOException {
    int free;
    try (ServerSocket nobody = new ServerSocket(0)) {
      free = nobody.getLocalPort();
    }
    assertThatThrownBy(() -> shelf.open(S3Server.open(free, LONG, LONG)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("repository.json");
  }

  /** It is away in the middle of a store: nothing is half there, and the next one succeeds. */
  @Test
  void aBucketThatGoesAwayLeavesNothingHalf() throws IOException {
    try (Repository repository = shelf.open(bucket())) {
      shelf.store(repository, "a-1");
    }
    try (Gate gate =
            new Gate(
                server.port(), number -> number < 6 ? Gate.Fate.PASSES : Gate.Fate.ANSWERS_ERROR);
        Repository repository = shelf.open(S3Server.open(gate.port(), LONG, LONG))) {
      assertThatThrownBy(() -> storeUntilItFails(repository)).isInstanceOf(IOException.class);
    }
    try (Repository repository = shelf.open(bucket())) {
      shelf.whole(repository, "a-1");
      shelf.store(repository, "a-2");
      shelf.whole(repository, "a-2");
      assertThat(repository.check(true, read -> {}).problems()).isEmpty();
    }
  }

  private void storeUntilItFails(Repository repository) throws IOException {
    for (int tries = 0; tries < 50; tries++) {
      shelf.store(repository, "a-2");
      repository.remove("a-2");
    }
  }

  @Test
  void whatIsNoLocationIsRefused() {
    for (String text : new String[] {"relative", "gs://bucket", "s3:///prefix", "s3://b?zone=1"})
      assertThatThrownBy(() -> Location.open(text))
          .as(text)
          .hasMessageContaining(text.split("\\?")[0]);
  }
}
