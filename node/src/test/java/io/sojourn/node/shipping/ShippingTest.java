package io.sojourn.node.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.cluster.Address;
import io.sojourn.node.cluster.TestNode;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.image.TaskIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippingTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private TestNode a;
  private TestNode b;

  @BeforeEach
  void twoNodes() {
    a = new TestNode(directory, "a");
    b = new TestNode(directory, "b");
  }

  @AfterEach
  void end() throws IOException {
    a.close();
    b.close();
    if (!Files.exists(b.memory)) return;
    try (Stream<Path> tree = Files.walk(b.memory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }

  private void join() {
    b.join(a.init().text());
    a.awaitSees("b", "up");
  }

  /** Node a reaches b only by that link. */
  private void joinOver(BadLink link) {
    b.cluster()
        .join(
            a.init().text(),
            Optional.empty(),
            b.address,
            Optional.of(new Address("127.0.0.1", link.port())));
    a.awaitSees("b", "up");
  }

  /** With zeros, text and noise, long and short, as heaps have them. */
  private static ImageDirectory image(Path target, int mebibytes) throws IOException {
    return image(target, "69ab2949489a", mebibytes);
  }

  private static ImageDirectory image(Path target, String task, int mebibytes) throws IOException {
    ImageDraft draft = ImageDraft.create(target);
    Random random = new Random(mebibytes);
    try (OutputStream pages = Files.newOutputStream(draft.path().resolve("pages-1.img"))) {
      byte[] noise = new byte[MIB];
      for (int i = 0; i < mebibytes; i++) {
        if (i % 3 == 0) pages.write(new byte[MIB]);
        else if (i % 3 == 1) {
          random.nextBytes(noise);
          pages.write(noise);
        } else
          for (int page = 0; page < MIB / 4096; page++)
            pages.write(
                page % 20 < 17
                    ? new byte[4096]
                    : "xyz0".repeat(1024).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      }
    }
    Files.write(draft.path().resolve("core-1.img"), new byte[] {1, 2, 3});
    Files.write(draft.path().resolve("empty.img"), new byte[0]);
    Files.write(draft.path().resolve("zeros.img"), new byte[3 * MIB + 11]);
    List<Member> members = new ArrayList<>();
    try (Stream<Path> files = Files.list(draft.path())) {
      for (Path file : files.sorted().toList())
        members.add(
            Member.newBuilder()
                .setName(file.getFileName().toString())
                .setSize(Files.size(file))
                .setDigest(Digest.of(file, count -> {}))
                .build());
    }
    return draft.publish(
        Manifest.newBuilder()
            .setVersion(ImageDirectory.VERSION)
            .setName(target.getFileName().toString())
            .setKind(Manifest.Kind.CHECKPOINT)
            .setTask(TaskIdentity.newBuilder().setId(task).setName("web"))
            .addAllMembers(members)
            .build());
  }

  private static Map<String, Long> mismatches(Path one, Path other) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> files = Stream.concat(Files.list(one), Files.list(other))) {
      for (Path file : files.toList()) {
        Path mine = one.resolve(file.getFileName()), theirs = other.resolve(file.getFileName());
        long at = Files.exists(mine) && Files.exists(theirs) ? Files.mismatch(mine, theirs) : 0;
        if (at >= 0) found.put(file.getFileName().toString(), at);
      }
    }
    return found;
  }

  private Shipping.Shipped ship(ImageDirectory image, Shipping.Place place) {
    return a.shipping().send(image, "b", place, new Report(OperationListener.NONE));
  }

  @Test
  void arrivesByteByByte() throws IOException {
    join();
    ImageDirectory image = image(a.images.root().resolve("web-69ab-1"), 12);
    Shipping.Shipped shipped = ship(image, Shipping.Place.DISK);
    assertThat(mismatches(image.path(), Path.of(shipped.directory()))).isEmpty();
    assertThat(shipped.wireBytes()).isLessThan(image.bytes() / 2);
    assertThat(b.images.entries()).hasSize(1);
    Verification.full(b.images.entries().get(0).image().orElseThrow(), done -> {});
    // There is one of that name now: the next gets the next name, and says so itself.
    Shipping.Shipped second = ship(image, Shipping.Place.DISK);
    assertThat(second.image()).isEqualTo("web-69ab-2");
    Verification.full(ImageDirectory.open(Path.of(second.directory())), done -> {});
  }

  @Test
  void staysInMemoryOnRequest() throws IOException {
    join();
    ImageDirectory image = image(a.images.root().resolve("web-69ab-1"), 3);
    Shipping.Shipped shipped = ship(image, Shipping.Place.MEMORY);
    Path there = Path.of(shipped.directory());
    assertThat(Files.getFileStore(there).type()).isEqualTo("tmpfs");
    assertThat(mismatches(image.path(), there)).isEmpty();
    assertThat(b.images.entries()).isEmpty();
  }

  @RepeatedTest(3)
  void goesOnAfterBreaks() throws IOException {
    try (BadLink link = new BadLink(b.address.port(), 5 * MIB)) {
      joinOver(link);
      ImageDirectory image = image(a.images.root().resolve("web-69ab-1"), 60);
      Shipping.Shipped shipped = ship(image, Shipping.Place.DISK);
      assertThat(mismatches(image.path(), Path.of(shipped.directory()))).isEmpty();
      assertThat(link.breaks()).isGreaterThan(2);
      // It went on where it was: from the beginning it would never have come through.
      assertThat(shipped.wireBytes()).isGreaterThan(3 * 5L * MIB);
    }
  }

  @Test
  void isSentWhileItIsWritten() throws IOException {
    join();
    ImageDirectory whole = image(a.images.root().resolve("web-69ab-1"), 24);
    byte[] pages = Files.readAllBytes(whole.path().resolve("pages-1.img"));
    ImageDraft draft = ImageDraft.create(a.images.root().resolve("web-69ab-2"));
    Path arriving = b.images.root().resolve(ImageDraft.PREFIX + "web-69ab-2/pages-1.img");
    try (LiveShipment live =
        a.shipping()
            .begin(
                "web-69ab-2",
                "web",
                "69ab2949489a",
                "b",
                Shipping.Place.DISK,
                OperationListener.NONE)) {
      live.follow(draft.path());
      Path growing = draft.path().resolve("pages-1.img");
      Files.write(growing, java.util.Arrays.copyOf(pages, pages.length / 2));
      Awaitility.await()
          .until(() -> Files.exists(arriving) && Files.size(arriving) > pages.length / 3);
      Files.write(
          growing,
          java.util.Arrays.copyOfRange(pages, pages.length / 2, pages.length),
          StandardOpenOption.APPEND);
      for (Member member : whole.manifest().getMembersList())
        if (!member.getName().startsWith("pages"))
          Files.copy(
              whole.path().resolve(member.getName()), draft.path().resolve(member.getName()));
      ImageDirectory image =
          draft.publish(whole.manifest().toBuilder().setName("web-69ab-2").build());
      Shipping.Shipped shipped = live.finish(image, new Report(OperationListener.NONE));
      assertThat(mismatches(image.path(), Path.of(shipped.directory()))).isEmpty();
    }
    assertThat(b.images.entries()).hasSize(1);
  }

  /** One for a restore that waits for it, over a link that breaks. */
  @Test
  void inMemoryItArrivesByteByByteWithoutDigests() throws IOException {
    try (BadLink link = new BadLink(b.address.port(), 5 * MIB)) {
      joinOver(link);
      ImageDraft draft = withoutDigests(60);
      try (LiveShipment live = begin(a.shipping(), draft, Shipping.Place.MEMORY)) {
        ImageDirectory image = draft.publish(manifestWithoutDigests(draft));
        Shipping.Shipped shipped = live.finish(image, new Report(OperationListener.NONE));
        assertThat(mismatches(image.path(), Path.of(shipped.directory()))).isEmpty();
      }
      assertThat(link.breaks()).isGreaterThan(2);
    }
  }

  /** What is kept has digests, whoever sends it. */
  @Test
  void ontoADiskNothingComesWithoutDigests() throws IOException {
    join();
    ImageDraft draft = withoutDigests(1);
    try (LiveShipment live = begin(a.shipping(), draft, Shipping.Place.DISK)) {
      ImageDirectory image = draft.publish(manifestWithoutDigests(draft));
      assertThatThrownBy(() -> live.finish(image, new Report(OperationListener.NONE)))
          .isInstanceOf(OperationException.class)
          .hasMessageContaining("is damaged");
    }
    assertThat(b.images.root()).isEmptyDirectory();
  }

  private ImageDraft withoutDigests(int mebibytes) throws IOException {
    ImageDirectory whole = image(a.images.root().resolve("whole"), mebibytes);
    ImageDraft draft = ImageDraft.create(a.images.root().resolve("web-69ab-1"));
    for (Member member : whole.manifest().getMembersList())
      Files.copy(whole.path().resolve(member.getName()), draft.path().resolve(member.getName()));
    return draft;
  }

  private static Manifest manifestWithoutDigests(ImageDraft draft) throws IOException {
    Manifest.Builder manifest =
        Manifest.newBuilder().setVersion(ImageDirectory.VERSION).setName("web-69ab-1");
    try (Stream<Path> files = Files.list(draft.path())) {
      for (Path file : files.sorted().toList())
        manifest.addMembers(
            Member.newBuilder().setName(file.getFileName().toString()).setSize(Files.size(file)));
    }
    return manifest.build();
  }

  @Test
  void nothingStaysOfAnImageThatIsNotFinished() throws IOException {
    join();
    ImageDraft draft = ImageDraft.create(a.images.root().resolve("web-69ab-1"));
    Files.write(draft.path().resolve("pages-1.img"), new byte[] {1, 2, 3});
    Path arriving = b.images.root().resolve(ImageDraft.PREFIX + "web-69ab-1/pages-1.img");
    try (LiveShipment live = begin(a.shipping(), draft, Shipping.Place.DISK)) {
      assertThat(live).isNotNull();
      Awaitility.await().until(() -> Files.exists(arriving));
    }
    Awaitility.await().untilAsserted(() -> assertThat(b.images.root()).isEmptyDirectory());
  }

  @Test
  void whatADeadDaemonHasBegunIsInNobodysWay() throws IOException {
    join();
    ImageDirectory image = image(a.images.root().resolve("web-69ab-1"), 1);
    ImageDraft draft = ImageDraft.create(a.images.root().resolve("begun"));
    Files.write(draft.path().resolve("pages-1.img"), new byte[] {1, 2, 3});
    Path arriving = b.images.root().resolve(ImageDraft.PREFIX + "web-69ab-1/pages-1.img");
    Shipping dies = a.shipping(), next = a.shipping();
    try (LiveShipment begun = begin(dies, draft, Shipping.Place.DISK)) {
      Awaitility.await().until(() -> Files.exists(arriving));
      assertThatThrownBy(
              () -> dies.send(image, "b", Shipping.Place.DISK, new Report(OperationListener.NONE)))
          .hasMessageContaining("is on its way to that node already");
      Shipping.Shipped shipped =
          next.send(image, "b", Shipping.Place.DISK, new Report(OperationListener.NONE));
      assertThat(shipped.image()).isEqualTo("web-69ab-1");
      assertThat(mismatches(image.path(), Path.of(shipped.directory()))).isEmpty();
      assertThat(begun).isNotNull();
    }
    assertThat(b.images.entries()).hasSize(1);
  }

  /** They send at the same time, and neither has begun what the other sends. */
  @Test
  void aDaemonAndTheWorldHostsBesideItAreNotInEachOthersWay() throws IOException {
    join();
    Shipping host = Shipping.ofWorldHost(a.cluster()::peers, a.workers);
    Shipping another = Shipping.ofWorldHost(a.cluster()::peers, a.workers);
    ImageDraft draft = ImageDraft.create(a.images.root().resolve("begun"));
    Files.write(draft.path().resolve("pages-1.img"), new byte[] {1, 2, 3});
    Path arriving = b.images.root().resolve(ImageDraft.PREFIX + "web-69ab-1/pages-1.img");
    ImageDirectory other = image(a.images.root().resolve("db-1111-1"), "1111aaaa2222", 1);
    ImageDirectory same = image(a.images.root().resolve("web-69ab-1"), 1);
    try (LiveShipment begun = begin(host, draft, Shipping.Place.DISK)) {
      Awaitility.await().until(() -> Files.exists(arriving));
      for (Shipping by : List.of(a.shipping(), another)) {
        by.send(other, "b", Shipping.Place.DISK, new Report(OperationListener.NONE));
        assertThat(arriving).as("of another task, by another process").exists();
      }
      another.send(same, "b", Shipping.Place.DISK, new Report(OperationListener.NONE));
      assertThat(arriving).as("of the same task, which lives there now").doesNotExist();
      assertThat(begun).isNotNull();
    }
  }

  private static LiveShipment begin(Shipping by, ImageDraft draft, Shipping.Place place) {
    LiveShipment begun =
        by.begin("web-69ab-1", "web", "69ab2949489a", "b", place, OperationListener.NONE);
    begun.follow(draft.path());
    return begun;
  }

  @Test
  void whatARemovedNodeIsSendingIsCutOff() throws IOException {
    a.init();
    b.join(a.cluster().token(java.time.Duration.ZERO).text());
    b.awaitSees("a", "up");
    ImageDraft draft = ImageDraft.create(b.images.root().resolve("web-69ab-1"));
    Path pages = Files.write(draft.path().resolve("pages-1.img"), new byte[] {1, 2, 3});
    Path arriving = a.images.root().resolve(ImageDraft.PREFIX + "web-69ab-1/pages-1.img");
    try (LiveShipment live =
        b.shipping()
            .begin(
                "web-69ab-1",
                "web",
                "69ab2949489a",
                "a",
                Shipping.Place.DISK,
                OperationListener.NONE)) {
      live.follow(draft.path());
      Awaitility.await().until(() -> Files.exists(arriving) && Files.size(arriving) == 3);
      a.awaitSees("b", "up");
      a.cluster().remove("b");
      Files.write(pages, new byte[] {4, 5, 6}, StandardOpenOption.APPEND);
      ImageDirectory image =
          draft.publish(
              Manifest.newBuilder()
                  .setVersion(ImageDirectory.VERSION)
                  .setName("web-69ab-1")
                  .addMembers(
                      Member.newBuilder()
                          .setName("pages-1.img")
                          .setSize(6)
                          .setDigest(Digest.of(pages, count -> {})))
                  .build());
      assertThatThrownBy(() -> live.finish(image, new Report(OperationListener.NONE)))
          .isInstanceOf(OperationException.class)
          .hasMessageContaining("removed");
    }
    assertThat(a.images.entries()).isEmpty();
  }

  @Test
  void nothingArrivesOfADamagedImage() throws IOException {
    join();
    ImageDirectory image = image(a.images.root().resolve("web-69ab-1"), 3);
    Path pages = image.path().resolve("pages-1.img");
    byte[] content = Files.readAllBytes(pages);
    content[MIB + 77] ^= 1;
    Files.write(pages, content);
    assertThatThrownBy(() -> ship(image, Shipping.Place.DISK))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("pages-1.img is damaged");
    assertThat(b.images.root()).isEmptyDirectory();
  }

  @Test
  void whatIsInTheWayIsNamed() throws IOException {
    ImageDirectory image = image(a.images.root().resolve("web-69ab-1"), 1);
    assertThatThrownBy(() -> ship(image, Shipping.Place.DISK)).hasMessageContaining("no cluster");
    join();
    assertThatThrownBy(
            () ->
                a.shipping()
                    .send(image, "x", Shipping.Place.DISK, new Report(OperationListener.NONE)))
        .hasMessageContaining("no node 'x'");
  }
}
