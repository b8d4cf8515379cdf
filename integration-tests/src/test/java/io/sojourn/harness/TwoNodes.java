package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A home and a guest node of one cluster, and a third machine for peers ({@link Pair}). After each
 * test it looks whether something was left behind.
 */
public final class TwoNodes implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace OF_ALL =
      ExtensionContext.Namespace.create(TwoNodes.class);

  private static final Duration SETTLE = Duration.ofSeconds(20);

  private final boolean shared;
  private @Nullable Pair pair;

  /** The class's own. */
  public TwoNodes() {
    this(false);
  }

  private TwoNodes(boolean shared) {
    this.shared = shared;
  }

  /**
   * Those that all such classes of a test run have, as users' nodes serve many tasks one after the
   * other: for classes that leave both daemons as they found them.
   */
  public static TwoNodes shared() {
    return new TwoNodes(true);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (!shared) {
      pair = Pair.begun();
      return;
    }
    ExtensionContext.Store store = context.getRoot().getStore(OF_ALL);
    Pair before = store.get(Pair.class, Pair.class);
    // What a failure has broken is not the next class's trouble.
    if (before != null && !before.isWhole()) {
      store.remove(Pair.class);
      before.abandon();
    }
    pair = store.getOrComputeIfAbsent(Pair.class, any -> Pair.begun(), Pair.class);
  }

  private Pair pair() {
    return Objects.requireNonNull(pair);
  }

  public Node home() {
    return pair().home();
  }

  public Node guest() {
    return pair().guest();
  }

  private Net net() {
    return pair().net();
  }

  private boolean joined() {
    return pair().joined();
  }

  /** The third machine's address. */
  public String peerAddress() {
    return net().address(3);
  }

  public String homeAddress() {
    return net().address(1);
  }

  /** From now on the guest node reaches nobody. */
  public void cut() throws Exception {
    net().cut(2);
  }

  /** And now it does again; returns when home sees it. */
  public void heal() throws Exception {
    net().heal(2);
    await().atMost(Duration.ofSeconds(60)).until(this::joined);
  }

  /** Home's daemon dies, and after a while there is another. */
  public void anotherDaemon(Duration between) throws Exception {
    home().killDaemon();
    Thread.sleep(between.toMillis());
    home().startDaemon();
    await().atMost(Duration.ofSeconds(60)).until(this::joined);
  }

  /** On the guest node there is a daemon again; returns when home reaches it. */
  public void startGuestDaemon() throws IOException {
    guest().startDaemon();
    // It may have seen the one before. What is undone was not done: it is a call, and no more.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> joined() && home().ckpt("node", "drain", "b", "--undo").status() == 0);
  }

  /** Does something in home's network: what it makes there remains there. */
  public <T> T atHome(Callable<T> work) throws IOException {
    return pair().homesNetwork().call(work);
  }

  /** Does something in the third machine's network. */
  public <T> T atPeers(Callable<T> work) throws IOException {
    return pair().peersNetwork().call(work);
  }

  /** Listens on the third machine. */
  public ServerSocket listenAtPeers() throws IOException {
    return atPeers(() -> new ServerSocket(0, 50, InetAddress.getByName(peerAddress())));
  }

  /** Has home's kernel filter packets (nft(8)). */
  public void nftAtHome(String command) throws IOException {
    atHome(() -> nft(command));
  }

  /** Has the third machine's kernel filter packets. */
  public void nftAtPeers(String command) throws IOException {
    atPeers(() -> nft(command));
  }

  private static boolean nft(String command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("nft", command).inheritIO().start().waitFor())
        .as(command)
        .isZero();
    return true;
  }

  /** A subject whose home is the first node. */
  public Subject.Builder subject(Jdk jdk, Class<?> victim) {
    return home().subject(jdk, victim).by("nsenter", "--net=" + pair().space(1));
  }

  public void out(Subject subject) {
    home().ckpt("migrate", subject.name(), "b").done();
    assertThat(where(subject)).isEqualTo("b");
    assertThat(Proc.command(subject.pid())).isEqualTo("ckpt-deputy");
  }

  public void back(Subject subject) {
    home().ckpt("migrate", subject.name(), "home").done();
    assertThat(where(subject)).isEqualTo("a");
  }

  private String where(Subject subject) {
    return home().ckpt("ps", subject.name()).done().json().at("/tasks/0/node").asText();
  }

  /** Out and home again, twice, with a question at each place. */
  public void twice(Subject subject, Runnable check) {
    check.run();
    for (int round = 0; round < 2; round++) {
      out(subject);
      check.run();
      back(subject);
      check.run();
    }
  }

  /** The pid that a subject has in this process's pid namespace, beside its deputy or on a node. */
  public int realPid(Subject subject) throws IOException {
    String mark = "-Dcontrol=" + subject.home();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path process :
          all.filter(path -> path.getFileName().toString().matches("\\d+")).toList())
        try {
          if (Files.readString(process.resolve("cmdline")).contains(mark)
              && Files.readString(process.resolve("comm")).equals("java\n"))
            return Integer.parseInt(process.getFileName().toString());
        } catch (IOException ended) {
          // Another will be it.
        }
    }
    throw new IOException(subject.name() + " runs nowhere");
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    home().afterEach(context);
    guest().afterEach(context);
    await()
        .atMost(SETTLE)
        .untilAsserted(
            () -> {
              for (Node node : List.of(home(), guest()))
                try (Stream<Path> left = Files.list(node.memory())) {
                  assertThat(left).as("left in the memory of a node").isEmpty();
                }
              assertThat(home().ckpt("ps").done().json().at("/tasks")).isEmpty();
            });
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    // Those of all end with the test run.
    if (!shared && pair != null) pair.close();
  }
}
