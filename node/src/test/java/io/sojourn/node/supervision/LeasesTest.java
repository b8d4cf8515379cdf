package io.sojourn.node.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.protocol.lives.LifeBeat;
import io.sojourn.protocol.lives.LifeClaim;
import io.sojourn.repository.Lives;
import io.sojourn.repository.Repository;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.blob.DirectoryStore;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that share a repository, and a task that one of them has at a time. */
class LeasesTest {
  private static final String TASK = "0123456789ab";
  private static final Duration LEASE = Duration.ofSeconds(3), PATIENCE = Duration.ofSeconds(60);

  /** None that is kept waiting for seconds, by whatever else the machine does, loses it. */
  private static final Duration LONG_LEASE = Duration.ofSeconds(12);

  private static final RestartPolicy ANYWHERE = new RestartPolicy(true, 1, 10, 3, 3_600_000);

  @TempDir Path directory;
  private final List<Node> nodes = new ArrayList<>();

  @BeforeEach
  void begin() throws IOException {
    Repository.open(store(), Seal.NONE, "first", Clock.systemUTC()).close();
  }

  private Path shim() throws IOException {
    Path shim = directory.resolve("ckpt-shim");
    if (Files.exists(shim)) return shim;
    try (InputStream in = LeasesTest.class.getResourceAsStream("/native/linux-x86_64/ckpt-shim")) {
      Files.copy(Objects.requireNonNull(in), shim);
    }
    Files.setPosixFilePermissions(shim, PosixFilePermissions.fromString("rwxr-xr-x"));
    return shim;
  }

  private BlobStore store() throws IOException {
    return DirectoryStore.open(directory.resolve("repository"));
  }

  @AfterEach
  void end() throws Exception {
    for (Node node : nodes) node.end();
  }

  /** A node whose link to the repository can be cut; its task is a process that sleeps. */
  private final class Node implements Holdings {
    final String name;
    final Leases leases;
    final Fences fences;
    volatile boolean cut;
    volatile @Nullable Supervised one;
    volatile @Nullable Process process;
    volatile String goneTo = "";
    volatile String supersededBy = "";
    volatile @Nullable LifeClaim taken;

    Node(String name) throws IOException {
      this(name, LEASE);
    }

    Node(String name, Duration lease) throws IOException {
      this.name = name;
      fences = new Fences(shim(), directory.resolve(name));
      leases = new Leases(new Lives(new Link(store(), this)), name, lease, fences, this);
      nodes.add(this);
    }

    void lives(int incarnation) throws IOException {
      Process begun = new ProcessBuilder("sleep", "1000").start();
      process = begun;
      int pid = (int) begun.pid();
      Incarnation life = new Incarnation(pid, Proc.startTicks(pid), incarnation, "boot");
      one = Supervised.begin(TASK, ANYWHERE, 0).lives(life);
      leases.lives(TASK, life);
    }

    Supervised supervised() {
      return Objects.requireNonNull(one);
    }

    LifeClaim claim() {
      return Objects.requireNonNull(taken);
    }

    Process task() {
      return Objects.requireNonNull(process);
    }

    boolean alive() {
      Process known = process;
      return known != null && known.isAlive();
    }

    void end() throws InterruptedException {
      leases.close();
      fences.remove(TASK);
      Process known = process;
      if (known != null) known.destroyForcibly();
    }

    @Override
    public Iterable<Supervised> anywhere() {
      Supervised known = one;
      return known == null ? List.of() : List.of(known);
    }

    @Override
    public LifeClaim.Builder describe(Supervised supervised) {
      return LifeClaim.newBuilder().setTask(TASK).setName("sim");
    }

    @Override
    public void end(String task, String why) {
      Process known = process;
      if (known != null && known.isAlive()) Signals.send((int) known.pid(), Signals.KILL);
    }

    @Override
    public Optional<String> repository(String now) {
      return Optional.empty();
    }

    @Override
    public void gone(String task, String node) {
      goneTo = node;
      one = null;
    }

    @Override
    public void superseded(LifeClaim claim) {
      supersededBy = claim.getNode() + " " + claim.getNumber();
    }

    @Override
    public boolean takes(LifeClaim claim) {
      return true;
    }

    @Override
    public void taken(LifeClaim claim, String why) {
      one = Supervised.begin(TASK, ANYWHERE, 0).restarts(why, 0, "");
      taken = claim;
    }

    @Override
    public void claimed(LifeClaim claim) {
      one = Supervised.begin(TASK, ANYWHERE, 0).unable("", "");
    }
  }

  /** A store that cannot be reached while its node is cut off. */
  private record Link(BlobStore store, Node node) implements BlobStore {
    private BlobStore there() throws IOException {
      if (node.cut) throw new IOException("cut off");
      return store;
    }

    @Override
    public void put(String name, ByteBuffer content) throws IOException {
      there().put(name, content);
    }

    @Override
    public boolean putNew(String name, ByteBuffer content) throws IOException {
      return there().putNew(name, content);
    }

    @Override
    public byte[] get(String name) throws IOException {
      return there().get(name);
    }

    @Override
    public byte[] get(String name, long offset, int length) throws IOException {
      return there().get(name, offset, length);
    }

    @Override
    public List<Blob> list(String folder) throws IOException {
      return there().list(folder);
    }

    @Override
    public void delete(String name) throws IOException {
      there().delete(name);
    }

    @Override
    public void tidy() throws IOException {
      there().tidy();
    }

    @Override
    public String place() {
      return store.place();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private Lives outside() throws IOException {
    return new Lives(store());
  }

  @Test
  void aNodeThatIsCutOffHasEndedItsTaskBeforeAnotherHasIt() throws Exception {
    Node a = new Node("a", LONG_LEASE), b = new Node("b", LONG_LEASE);
    a.lives(1);
    a.leases.begin();
    b.leases.begin();
    await().atMost(PATIENCE).until(() -> outside().newestOf(TASK).isPresent());
    await().atMost(PATIENCE).until(() -> a.fences.due(TASK).isPresent());
    await()
        .atMost(PATIENCE)
        .until(() -> outside().beatOf(TASK, 1).getState() == LifeBeat.State.RUNS);
    long count = outside().beatOf(TASK, 1).getCount();
    await().atMost(PATIENCE).until(() -> outside().beatOf(TASK, 1).getCount() > count + 2);

    a.cut = true;
    // What is seen at the moment of the claim is what counts.
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              boolean taken = outside().newestOf(TASK).orElse(0) > 1;
              if (taken) assertThat(a.alive()).as("the old life").isFalse();
              return taken;
            });
    await().atMost(PATIENCE).until(() -> b.taken != null);
    assertThat(b.claim().getNumber()).isEqualTo(2);
    assertThatThrownBy(() -> a.leases.next(TASK, 2, a.describe(a.supervised())))
        .isInstanceOf(NotYetException.class);
    int next = b.leases.next(TASK, 2, b.describe(b.supervised()));
    assertThat(next).isEqualTo(3);
    b.lives(next);

    a.cut = false;
    await().atMost(PATIENCE).until(() -> a.goneTo.equals("b"));
    assertThatThrownBy(
            () -> a.leases.next(TASK, 2, a.describe(Supervised.begin(TASK, ANYWHERE, 0))))
        .isInstanceOf(TakenException.class)
        .hasMessageContaining("node b");
    assertThat(b.alive()).isTrue();
  }

  /** The daemon is dead, and the task lives on: its fence ends it. */
  @Test
  void aTaskWhoseDaemonIsDeadEndsWithItsLease() throws Exception {
    Node a = new Node("a");
    a.lives(1);
    a.leases.begin();
    await().atMost(PATIENCE).until(() -> a.fences.due(TASK).isPresent());
    Process task = a.task();
    a.leases.close();
    assertThat(task.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(task.exitValue()).isEqualTo(128 + Signals.KILL);
    assertThat(a.fences.late(TASK)).isTrue();
  }

  @Test
  void whatRestsIsNotTakenHoweverLongItsOwnerIsSilent() throws Exception {
    Node a = new Node("a", LONG_LEASE), b = new Node("b", LONG_LEASE);
    a.lives(1);
    a.leases.begin();
    await().atMost(PATIENCE).until(() -> outside().newestOf(TASK).isPresent());
    a.one = a.supervised().rests();
    a.leases.rests(TASK);
    await()
        .atMost(PATIENCE)
        .until(() -> outside().beatOf(TASK, 1).getState() == LifeBeat.State.RESTS);
    assertThat(a.fences.due(TASK)).isEmpty();
    a.leases.close();
    AtomicLong now = new AtomicLong();
    Beats beats = new Beats(now::get);
    LifeClaim claim = outside().claimed(TASK, 1);
    beats.saw(TASK, 1, outside().beatOf(TASK, 1));
    now.set(LONG_LEASE.toNanos());
    assertThat(beats.silent(claim)).isTrue();
    assertThatThrownBy(() -> b.leases.next(TASK, 2, null)).isInstanceOf(TakenException.class);
    assertThat(a.alive()).isTrue();
  }

  private static LifeClaim.Builder member() {
    return LifeClaim.newBuilder().setTask(TASK).setName("heat0").setGroup("heat");
  }

  /** As it is for those that come back, and for those who come too late. */
  @Test
  void aGroupsTaskIsWhoseItWasBroughtToAndNobodyTakesIt() throws Exception {
    Node a = new Node("a"), b = new Node("b"), c = new Node("c");
    assertThat(a.leases.newest(List.of(TASK))).isEmpty();
    a.leases.refuseTaken(TASK);
    assertThat(c.leases.nextOfGroup(member(), 3, 0)).isEqualTo(3);
    assertThat(a.leases.newest(List.of(TASK)).values())
        .extracting(LifeClaim::getNode)
        .containsExactly("c");
    c.leases.refuseTaken(TASK);
    assertThatThrownBy(() -> a.leases.refuseTaken(TASK))
        .isInstanceOf(TakenException.class)
        .hasMessageContaining("node c has life 3 of task heat0");
    assertThatThrownBy(() -> a.leases.next(TASK, 5, null)).isInstanceOf(TakenException.class);
    // Who agreed when nobody had it has agreed to something else.
    assertThatThrownBy(() -> b.leases.nextOfGroup(member(), 3, 0))
        .isInstanceOf(TakenException.class);
    a.leases.begin();
    b.leases.begin();
    await().atMost(PATIENCE).until(() -> a.supersededBy.equals("c 3"));
    // Nobody beats for it; that says nothing.
    Thread.sleep(LEASE.plusSeconds(1).toMillis());
    assertThat(b.taken).isNull();
    assertThat(outside().newestOf(TASK)).hasValue(3);
    assertThat(b.leases.nextOfGroup(member(), 2, 3)).isEqualTo(4);
    await().atMost(PATIENCE).until(() -> a.supersededBy.equals("b 4"));
    a.cut = true;
    assertThatThrownBy(() -> a.leases.refuseTaken(TASK)).isInstanceOf(NotYetException.class);
  }

  @Test
  void whatItsOwnerCannotRestartIsTakenAtOnceAndByEachOnlyOnce() throws Exception {
    Node a = new Node("a"), b = new Node("b");
    a.lives(1);
    a.leases.begin();
    await().atMost(PATIENCE).until(() -> outside().newestOf(TASK).isPresent());
    a.one = a.supervised().unable("killed 9", "no such file");
    a.leases.look();
    b.leases.begin();
    await().atMost(PATIENCE).until(() -> b.taken != null);
    assertThat(b.claim().getRefusedByList()).containsExactly("a");
    await().atMost(PATIENCE).until(() -> a.goneTo.equals("b"));
    // Neither can b; a has been asked before.
    b.one = b.supervised().unable("", "no such file");
    b.leases.look();
    await()
        .atMost(PATIENCE)
        .until(() -> outside().beatOf(TASK, 2).getState() == LifeBeat.State.FREE);
    a.leases.look();
    Node c = new Node("c");
    c.leases.begin();
    await().atMost(PATIENCE).until(() -> c.taken != null);
    assertThat(c.claim().getRefusedByList()).containsExactly("a", "b");
  }

  @Test
  void ofManyWhoWantTheNextLifeOneHasIt() throws Exception {
    Node dead = new Node("dead");
    Supervised one = Supervised.begin(TASK, ANYWHERE, 0);
    assertThat(dead.leases.next(TASK, 4, dead.describe(one))).isEqualTo(4);
    outside().beat(TASK, 4, LifeBeat.newBuilder().setState(LifeBeat.State.ENDED).build());
    int many = 6;
    CyclicBarrier together = new CyclicBarrier(many);
    ExecutorService threads = Executors.newFixedThreadPool(many);
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      Node node = new Node("n" + i);
      Callable<Integer> wants =
          () -> {
            together.await();
            try {
              return node.leases.next(TASK, 2, node.describe(one));
            } catch (TakenException others) {
              return 0;
            }
          };
      all.add(threads.submit(wants));
    }
    List<Integer> got = new ArrayList<>();
    for (Future<Integer> each : all) if (each.get() > 0) got.add(each.get());
    threads.shutdownNow();
    assertThat(got).containsExactly(5);
  }

  /** No clock of another node is asked, and what this one did not see counts for nothing. */
  @Test
  void silenceIsMeasuredByTheListenersClock() {
    AtomicLong now = new AtomicLong(5_000_000_000L);
    Beats beats = new Beats(now::get);
    LifeClaim claim = LifeClaim.newBuilder().setTask(TASK).setNumber(2).setLeaseMillis(3).build();
    assertThat(beats.silent(claim)).isFalse();
    LifeBeat first = LifeBeat.newBuilder().setCount(1).build();
    beats.saw(TASK, 2, first);
    now.addAndGet(2_999_999);
    beats.saw(TASK, 2, first);
    assertThat(beats.silent(claim)).isFalse();
    now.addAndGet(1);
    assertThat(beats.silent(claim)).isTrue();
    beats.saw(TASK, 2, first.toBuilder().setCount(2).build());
    assertThat(beats.silent(claim)).isFalse();
    beats.saw(TASK, 3, first);
    assertThat(beats.silent(claim)).as("of another life").isFalse();
  }
}
