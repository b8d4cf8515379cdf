package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several nodes use one repository at a time. */
class RacesTest {
  private static final int ROUNDS = 12;

  @TempDir(factory = InMemory.class)
  Path directory;

  private Shelf shelf;
  private final SomeImage image = new SomeImage(1).touch(Shelf.HEAP, 600);

  @BeforeEach
  void shelf() {
    shelf = new Shelf(directory);
  }

  private Repository of(String node, Clock clock) throws IOException {
    return Repository.open(shelf.blobs(), Seal.NONE, node, clock);
  }

  /**
   * The same memory is stored, removed and collected by three nodes for a while: what one counts on
   * is what another throws away.
   */
  @Test
  void whatOneStoresNoOtherCollects() throws Exception {
    for (int version = 0; version < 4; version++)
      shelf.make(image.touch(Shelf.HEAP + version * 409_600L, 200), "a-" + version);
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService nodes = Executors.newFixedThreadPool(4);
    List<Future<Integer>> work = new ArrayList<>();
    for (int node = 0; node < 2; node++) {
      int own = node;
      work.add(nodes.submit(() -> storeAndRemove(own, over)));
      work.add(nodes.submit(() -> collect(own, over)));
    }
    try {
      // Rounds, not seconds: a busy machine only takes longer.
      assertThat(work.get(0).get()).isEqualTo(ROUNDS);
      assertThat(work.get(2).get()).isEqualTo(ROUNDS);
      over.set(true);
      assertThat(work.get(1).get()).isPositive();
      assertThat(work.get(3).get()).isPositive();
    } finally {
      over.set(true);
      nodes.shutdown();
    }
    try (Repository last = of("last", Clock.systemUTC())) {
      last.collect();
      assertThat(last.check(true, read -> {}).problems()).isEmpty();
      assertThat(Shelf.packed(shelf.blobs())).isZero();
    }
  }

  private Integer storeAndRemove(int node, AtomicBoolean over) throws IOException {
    int rounds = 0;
    try (Repository repository = of("writer" + node, Clock.systemUTC())) {
      for (; rounds < ROUNDS && !over.get(); rounds++) {
        String name = "a-" + (2 * node + rounds % 2);
        shelf.store(repository, name);
        Path brought = Files.createDirectories(directory.resolve("w" + node + "-" + rounds));
        repository.bring(name, brought, done -> {});
        assertThat(brought.resolve("pages-1.img"))
            .hasSameBinaryContentAs(directory.resolve(name).resolve("pages-1.img"));
        repository.remove(name);
      }
    }
    return rounds;
  }

  private Integer collect(int node, AtomicBoolean over) throws IOException {
    int rounds = 0;
    try (Repository repository = of("collector" + node, Clock.systemUTC())) {
      for (; !over.get(); rounds++) repository.collect();
    }
    return rounds;
  }

  /** A pack goes only when whoever began before it was doomed is done. */
  @Test
  void aCollectionWaitsForWhoCouldNotKnow() throws IOException {
    shelf.make(image, "a-1");
    try (Repository here = of("here", Clock.systemUTC())) {
      shelf.store(here, "a-1");
      Blobs blobs = new Blobs(shelf.blobs(), new Codec(Seal.NONE));
      try (Lease reader = Lease.take(blobs, "there", "bring a-1", 0)) {
        here.remove("a-1");
        try (Repository soon = of("soon", clock(Instant.EPOCH))) {
          Collected first = soon.collect();
          assertThat(first.packs()).isZero();
          assertThat(first.waitsFor()).containsExactly("bring a-1 on there");
        }
        assertThat(Shelf.packed(shelf.blobs())).isPositive();
        reader.check();
      }
      assertThat(here.collect().packs()).isPositive();
      assertThat(Shelf.packed(shelf.blobs())).isZero();
    }
  }

  /** Others need not wait for who knew what was doomed; what they remove is not lost for that. */
  @Test
  void whatIsRemovedWhileItIsReadIsNotDamaged() throws IOException {
    shelf.make(image, "a-1");
    List<User> readers =
        List.of(
            Repository::collect,
            repository -> repository.check(false, read -> {}),
            repository -> repository.repair(read -> {}));
    for (User reader : readers) {
      try (Repository here = of("here", Clock.systemUTC())) {
        shelf.store(here, "a-1");
      }
      BlobStore store = shelf.blobs();
      try (Repository other =
          Repository.open(
              meanwhile(store, () -> removeAll(store)), Seal.NONE, "there", Clock.systemUTC())) {
        reader.read(other);
        assertThat(other.broken()).isEmpty();
      }
      assertThat(Shelf.packed(store)).as("it was removed meanwhile").isZero();
      try (Repository last = of("last", Clock.systemUTC())) {
        last.collect();
        assertThat(last.check(true, read -> {}).problems()).isEmpty();
      }
    }
  }

  /** What uses a repository. */
  private interface User {
    Object read(Repository repository) throws IOException;
  }

  /** A doomed pack is read as long as nothing else has its chunks; and goes when something has. */
  @Test
  void whatIsStoredAnewWhileItIsReadIsFound() throws IOException {
    shelf.make(image, "a-1");
    BlobStore store = shelf.blobs();
    Blobs blobs = new Blobs(store, new Codec(Seal.NONE));
    try (Repository here = of("here", Clock.systemUTC());
        Repository reader =
            Repository.open(
                meanwhile(
                    store,
                    () -> {
                      shelf.store(here, "a-1");
                      here.collect();
                    }),
                Seal.NONE,
                "there",
                Clock.systemUTC())) {
      shelf.store(here, "a-1");
      List<String> packs =
          store.list(Pack.FOLDER).stream().map(pack -> Pack.nameOf(pack.name())).toList();
      new Dooms(blobs, "", 0).doom(packs);
      shelf.whole(reader, "a-1");
      assertThat(store.list(Pack.FOLDER))
          .extracting(pack -> Pack.nameOf(pack.name()))
          .as("gone meanwhile")
          .doesNotContainAnyElementsOf(packs);
    }
  }

  /** What others do while somebody reads. */
  private interface Happening {
    void happens() throws IOException;
  }

  /** A store in which something happens just before somebody reads a part of a pack. */
  private static BlobStore meanwhile(BlobStore store, Happening once) {
    AtomicBoolean over = new AtomicBoolean();
    return (BlobStore)
        Proxy.newProxyInstance(
            BlobStore.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              boolean ofPart = method.getName().equals("get") && arguments.length == 3;
              if (ofPart && over.compareAndSet(false, true)) once.happens();
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            });
  }

  private static void removeAll(BlobStore store) throws IOException {
    store.delete(Repository.IMAGES + "/a-1");
    for (BlobStore.Blob pack : store.list(Pack.FOLDER)) store.delete(pack.name());
  }

  /** It began, by the clock, long after now: nobody is taken for dead because of that. */
  @Test
  void aClockThatWasSetBackCostsTimeOnly() throws IOException {
    shelf.make(image, "a-1");
    shelf.make(image.touch(Shelf.HEAP, 100), "a-2");
    Instant now = Instant.parse("2026-11-26T10:00:00Z");
    try (Repository before = of("here", clock(now))) {
      shelf.store(before, "a-1");
    }
    Blobs blobs = new Blobs(shelf.blobs(), new Codec(Seal.NONE));
    Lease other = Lease.take(blobs, "there", "store b-1", now.toEpochMilli());
    Instant back = now.minus(Duration.ofDays(400));
    try (Repository after = of("here", clock(back))) {
      shelf.store(after, "a-2");
      after.remove("a-1");
      after.collect();
      other.check();
      shelf.whole(after, "a-2");
    }
    other.close();
    try (Repository after = of("here", clock(back))) {
      after.collect();
      shelf.whole(after, "a-2");
      assertThat(after.check(true, read -> {}).problems()).isEmpty();
    }
  }

  @Test
  void whoTakesADayIsTakenForDead() throws IOException {
    shelf.make(image, "a-1");
    Blobs blobs = new Blobs(shelf.blobs(), new Codec(Seal.NONE));
    Instant now = Instant.parse("2026-11-26T10:00:00Z");
    Lease slow = Lease.take(blobs, "there", "store b-1", now.toEpochMilli());
    try (Repository here = of("here", clock(now.plus(Duration.ofHours(25))))) {
      shelf.store(here, "a-1");
      here.remove("a-1");
      assertThat(here.collect().packs()).isPositive();
    }
    assertThatThrownBy(slow::check).hasMessageContaining("took so long");
  }

  private static Clock clock(Instant now) {
    return Clock.fixed(now, ZoneOffset.UTC);
  }
}
