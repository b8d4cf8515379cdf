package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.protocol.lives.LifeBeat;
import io.sojourn.protocol.lives.LifeClaim;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.blob.DirectoryStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of several nodes that want the same life, one gets it. */
class LivesTest {
  private static final String TASK = "0123456789ab";
  private static final int NODES = 4, LIVES = 10;

  @TempDir(factory = InMemory.class)
  Path directory;

  private static LifeClaim claim(String node, int number) {
    return LifeClaim.newBuilder()
        .setTask(TASK)
        .setNode(node)
        .setNumber(number)
        .setNonce(UUID.randomUUID().toString())
        .build();
  }

  private interface Place {
    BlobStore open() throws Exception;
  }

  private static void oneOfManyGetsIt(Place place) throws Exception {
    CyclicBarrier together = new CyclicBarrier(NODES);
    ExecutorService nodes = Executors.newFixedThreadPool(NODES);
    try {
      List<Future<List<Integer>>> all = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        String node = "node" + i;
        Callable<List<Integer>> work =
            () -> {
              List<Integer> got = new ArrayList<>();
              try (Lives lives = new Lives(place.open())) {
                for (int number = 1; number <= LIVES; number++) {
                  together.await();
                  if (lives.claim(claim(node, number))) {
                    got.add(number);
                    assertThat(lives.claimed(TASK, number).getNode()).isEqualTo(node);
                  }
                }
              }
              return got;
            };
        all.add(nodes.submit(work));
      }
      List<Integer> taken = new ArrayList<>();
      for (Future<List<Integer>> each : all) taken.addAll(each.get());
      assertThat(taken).as("each life once").hasSize(LIVES).doesNotHaveDuplicates();
    } finally {
      nodes.shutdownNow();
    }
  }

  @Test
  void inADirectory() throws Exception {
    oneOfManyGetsIt(() -> DirectoryStore.open(directory.resolve("store")));
  }

  @Test
  void inABucket() throws Exception {
    try (S3Server server = S3Server.start(directory.resolve("s3"))) {
      Duration patience = Duration.ofSeconds(60);
      oneOfManyGetsIt(() -> S3Server.open(server.port(), patience, patience));
    }
  }

  @Test
  void theNewestCountsAndEarlierOnesGo() throws Exception {
    try (BlobStore store = DirectoryStore.open(directory.resolve("store"));
        Lives lives = new Lives(store)) {
      assertThat(lives.newest()).isEmpty();
      assertThat(lives.newestOf(TASK)).isEmpty();
      for (int number : new int[] {1, 2, 10}) {
        assertThat(lives.claim(claim("a", number))).isTrue();
        lives.beat(TASK, number, LifeBeat.newBuilder().setCount(number).build());
      }
      assertThat(lives.claim(claim("b", 2))).isFalse();
      assertThat(lives.newestOf(TASK)).contains(10);
      lives.forgetBefore(TASK, 10);
      assertThat(lives.newest()).containsOnlyKeys(TASK).containsValue(10);
      assertThat(lives.beatOf(TASK, 10).getCount()).isEqualTo(10);
      assertThat(lives.beatOf(TASK, 11)).isEqualTo(LifeBeat.getDefaultInstance());
      assertThat(store.list("lives")).hasSize(2);
      lives.forget(TASK);
      assertThat(store.list("lives")).isEmpty();
    }
  }

  /** The answer to the first try was lost: what is there is one's own. */
  @Test
  void whoAsksTwiceGetsTheSameAnswer() throws Exception {
    try (S3Server server = S3Server.start(directory.resolve("s3"));
        BlobStore bucket =
            S3Server.open(server.port(), Duration.ofSeconds(60), Duration.ofSeconds(60))) {
      ByteBuffer mine = ByteBuffer.wrap(new byte[] {1, 2}), other = ByteBuffer.wrap(new byte[] {3});
      assertThat(bucket.putNew("a/b", mine)).isTrue();
      assertThat(bucket.putNew("a/b", mine)).isTrue();
      assertThat(bucket.putNew("a/b", other)).isFalse();
      assertThat(bucket.get("a/b")).containsExactly(1, 2);
    }
  }
}
