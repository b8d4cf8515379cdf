package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that both nodes have is read on the guest node, and never when it is another. */
class TwinsTest implements ServerInterceptor {
  private static final int STEP = 512 << 10, STEPS = 64;

  /** One for each test, all of an age. */
  private static final List<String> MADE =
      List.of(
          "same",
          "other",
          "home-changes",
          "task-writes",
          "own-changes",
          "own-goes",
          "again",
          "again-changed");

  private static final byte[] NOISE = new byte[STEP * STEPS];

  @TempDir static Path directory;
  private final AtomicInteger reads = new AtomicInteger(), digests = new AtomicInteger();
  private final AtomicInteger known = new AtomicInteger();
  private Path home = directory, own = directory;
  private @Nullable Away away;
  private int next;

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> handler) {
    return new SimpleForwardingServerCallListener<>(handler.startCall(call, headers)) {
      @Override
      public void onMessage(A message) {
        count(message, Request::hasRead, reads);
        count(message, asked -> asked.hasDigest() && !asked.getDigest().getKnown(), digests);
        count(message, asked -> asked.getDigest().getKnown(), known);
        super.onMessage(message);
      }
    };
  }

  private static void count(Object message, Predicate<Request> which, AtomicInteger counter) {
    if (message instanceof FromGuest said && which.test(said.getRequest()))
      counter.incrementAndGet();
  }

  @BeforeAll
  static void makeFiles() throws IOException {
    new Random(1).nextBytes(NOISE);
    for (String test : MADE)
      for (String node : List.of("home", "own")) {
        Path parent = Files.createDirectories(directory.resolve(test).resolve(node + "/usr/lib"));
        Files.write(parent.resolve("jdk"), NOISE);
      }
    byte[] other = NOISE.clone();
    other[NOISE.length - 1]++;
    Files.write(directory.resolve("other/own/usr/lib/jdk"), other);
    // What has just changed may change again and look the same.
    await().until(() -> System.currentTimeMillis() - changed("other/own/usr/lib/jdk") > 3_500);
  }

  private static long changed(String file) throws IOException {
    return ((FileTime) Files.getAttribute(directory.resolve(file), "unix:ctime")).toMillis();
  }

  private void mount(String test) throws Exception {
    Path here = directory.resolve(test);
    away = Away.of(here.resolve("home"), here.resolve("own"), this);
    home = here.resolve("home/usr/lib");
    own = here.resolve("own/usr/lib");
  }

  @AfterEach
  void end() throws Exception {
    if (away != null) away.close();
  }

  private Path there() {
    return Objects.requireNonNull(away).target().resolve("usr/lib/jdk");
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(there(), StandardOpenOption.READ);
  }

  /** Where the kernel has nothing in its cache yet; whether home was asked. */
  private boolean homeIsAsked(FileChannel file) throws IOException {
    int before = reads.get();
    int at = STEP * next++;
    ByteBuffer piece = ByteBuffer.allocate(4096);
    file.read(piece, at);
    assertThat(piece.array()).isEqualTo(Arrays.copyOfRange(NOISE, at, at + 4096));
    return reads.get() > before;
  }

  private FileChannel openWithTwin() throws Exception {
    FileChannel file = open();
    await().until(() -> !homeIsAsked(file));
    return file;
  }

  @Test
  void whatIsTheSameIsReadHere() throws Exception {
    mount("same");
    try (FileChannel file = openWithTwin()) {
      int before = reads.get();
      assertThat(Files.mismatch(there(), home.resolve("jdk"))).isEqualTo(-1);
      assertThat(reads.get()).isEqualTo(before);
      assertThat(homeIsAsked(file)).isFalse();
    }
  }

  @Test
  void whatIsOtherwiseIsHomes() throws Exception {
    mount("other");
    try (FileChannel file = open()) {
      await().until(() -> digests.get() == 1);
      for (int i = 0; i < 20; i++) assertThat(homeIsAsked(file)).isTrue();
      assertThat(Files.mismatch(there(), home.resolve("jdk"))).isEqualTo(-1);
    }
  }

  @Test
  void whatOthersChangeAtHomeIsSeen() throws Exception {
    mount("home-changes");
    try (FileChannel file = openWithTwin()) {
      int at = NOISE.length - 4096;
      sh("printf changed | dd of=jdk bs=1 seek=" + at + " conv=notrunc", home);
      ByteBuffer seen = ByteBuffer.allocate(7);
      await()
          .until(
              () -> {
                file.read(seen.clear(), at);
                return new String(seen.array()).equals("changed");
              });
      assertThat(homeIsAsked(file)).isTrue();
    }
  }

  @Test
  void whatTheTaskWritesIsRead() throws Exception {
    mount("task-writes");
    try (FileChannel file = openWithTwin();
        FileChannel out = FileChannel.open(there(), StandardOpenOption.WRITE)) {
      int at = STEP * (STEPS - 1);
      out.write(ByteBuffer.wrap("written".getBytes()), at);
      ByteBuffer seen = ByteBuffer.allocate(7);
      file.read(seen, at);
      assertThat(new String(seen.array())).isEqualTo("written");
      assertThat(homeIsAsked(file)).isTrue();
    }
  }

  @Test
  void whatIsChangedOnTheGuestNodeIsHomes() throws Exception {
    mount("own-changes");
    try (FileChannel file = openWithTwin()) {
      sh("tr '\\0-\\377' '\\1-\\377\\0' < jdk > new && cat new > jdk", own);
      assertThat(homeIsAsked(file)).isTrue();
      assertThat(Files.mismatch(there(), home.resolve("jdk"))).isEqualTo(-1);
    }
  }

  @Test
  void whatIsReplacedOnTheGuestNodeIsReadAsItWas() throws Exception {
    mount("own-goes");
    try (FileChannel file = openWithTwin()) {
      sh("head -c " + NOISE.length + " /dev/zero > new && mv new jdk", own);
      int before = reads.get();
      assertThat(Files.mismatch(there(), home.resolve("jdk"))).isEqualTo(-1);
      assertThat(file.size()).isEqualTo(NOISE.length);
      assertThat(reads.get()).isGreaterThanOrEqualTo(before);
    }
  }

  /** As the next task does that comes from that node. */
  private void mountAgain(String test) throws Exception {
    mount(test);
    openWithTwin().close();
    end();
    next = 0;
    digests.set(0);
    mount(test);
  }

  @Test
  void whatWasComparedBeforeIsNotReadForIt() throws Exception {
    mountAgain("again");
    try (FileChannel file = openWithTwin()) {
      assertThat(digests).hasValue(0);
      assertThat(Files.mismatch(there(), home.resolve("jdk"))).isEqualTo(-1);
      assertThat(homeIsAsked(file)).isFalse();
    }
  }

  @Test
  void whatHasChangedSinceItWasComparedIsHomes() throws Exception {
    mountAgain("again-changed");
    sh("printf changed | dd of=jdk bs=1 seek=" + STEP * (STEPS - 1) + " conv=notrunc", home);
    try (FileChannel file = open()) {
      await().until(() -> known.get() == 1 && digests.get() == 1);
      assertThat(homeIsAsked(file)).isTrue();
      assertThat(Files.mismatch(there(), home.resolve("jdk"))).isEqualTo(-1);
    }
  }

  private static void sh(String command, Path in) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", command)
            .directory(in.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes());
    assertThat(shell.waitFor()).as(said).isZero();
  }
}
