package io.sojourn.restore.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.FileRules;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.RolledBackFiles;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.KeptFile;
import io.sojourn.protocol.image.KeptFile.What;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.image.RememberedFile;
import io.sojourn.protocol.image.RememberedFile.Policy;
import io.sojourn.protocol.image.RememberedFile.Way;
import io.sojourn.protocol.image.RolledBack;
import io.sojourn.protocol.image.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollbackTest {
  private static final String LOG = "one\ntwo\n", TABLE = "0123456789".repeat(5000);

  @TempDir Path directory;
  private Path image, state, data, log, table, replaced, missing, volume;
  private final Manifest.Builder manifest = Manifest.newBuilder().setName("web-0a1b-1");

  /** Stands for a crash. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @BeforeEach
  void asTheImageWasMade() throws IOException {
    image = Files.createDirectory(directory.resolve("image"));
    state = Files.createDirectory(directory.resolve("state"));
    data = Files.createDirectory(directory.resolve("data"));
    volume = Files.createDirectory(data.resolve("volume"));
    log = Files.writeString(data.resolve("log"), LOG);
    table = Files.writeString(data.resolve("table"), TABLE);
    replaced = Files.writeString(volume.resolve("replaced"), "replaced");
    missing = Files.writeString(Files.createDirectory(volume.resolve("old")).resolve("m"), "m");
    Files.createSymbolicLink(volume.resolve("link"), Path.of("replaced"));
    remember(log, Way.LENGTH);
    for (Path file : List.of(table, replaced, missing)) remember(file, Way.COPY);
    manifest.addVolumes(
        Volume.newBuilder()
            .setPath(volume.toString())
            .addDirectories(directory(volume))
            .addDirectories(directory(volume.resolve("old")))
            .addLinks(
                Volume.Link.newBuilder()
                    .setPath(volume.resolve("link").toString())
                    .setTarget("replaced")));
  }

  private static Volume.Directory directory(Path path) {
    return Volume.Directory.newBuilder().setPath(path.toString()).setMode(0750).build();
  }

  private void remember(Path path, Way way) throws IOException {
    RememberedFile.Builder file =
        RememberedFile.newBuilder().setPath(path.toString()).setWay(way).setPolicy(Policy.ROLLBACK);
    try (OpenFile open = OpenFile.reading(path)) {
      Statx status = open.status();
      file.setSize(status.size())
          .setInode(status.inode())
          .setBornNanos(Difference.nanos(status.born()))
          .setModifiedNanos(Difference.nanos(status.modified()))
          .setMode(status.mode() & 07777)
          .setUid(status.uid())
          .setGid(status.gid());
      if (way == Way.LENGTH) file.setTailDigest(Digest.of(open, 0, status.size()));
    }
    if (way == Way.COPY) {
      String member = "file-" + (manifest.getMembersCount() + 1);
      Files.copy(path, image.resolve(member));
      manifest.addMembers(
          Member.newBuilder()
              .setName(member)
              .setSize(Files.size(path))
              .setDigest(Digest.of(path, count -> {})));
      file.setMember(member);
    }
    manifest.addRemembered(file);
  }

  /** Everything that can happen to files. */
  private void goOn() throws IOException {
    Files.writeString(log, "three\n", StandardOpenOption.APPEND);
    Files.writeString(table, "x".repeat(100) + TABLE.substring(100) + "more");
    Path other = Files.writeString(volume.resolve("other"), "another file");
    Files.move(other, replaced, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.delete(missing);
    Files.delete(missing.getParent());
    Files.delete(volume.resolve("link"));
    Files.createSymbolicLink(volume.resolve("link"), Path.of("elsewhere"));
    Path since = Files.createDirectories(volume.resolve("since/deep"));
    Files.writeString(since.resolve("new"), "made since");
  }

  private TreeMap<String, String> seen() throws IOException {
    TreeMap<String, String> seen = new TreeMap<>();
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : (Iterable<Path>) all::iterator)
        seen.put(
            data.relativize(path).toString(),
            Files.isSymbolicLink(path)
                ? "-> " + Files.readSymbolicLink(path)
                : Files.isRegularFile(path) ? Files.readString(path) : "");
    }
    return seen;
  }

  private Rollback rollback(String... rules) {
    return new Rollback(
        new ImageDirectory(image, manifest.build()), FileRules.parse(List.of(rules)), state);
  }

  @Test
  void whatHasNotChangedIsLeftAlone() {
    assertThat(rollback().obstacles()).isEmpty();
    assertThat(rollback().run()).isEmpty();
    assertThat(state.resolve("rolled-back")).doesNotExist();
  }

  @Test
  void everythingIsAsItWasAndWhatWasThereIsKept() throws IOException {
    TreeMap<String, String> before = seen();
    Object logInode = inode(log), tableInode = inode(table);
    goOn();
    Path hardLink = Files.createLink(directory.resolve("linked"), table);
    assertThat(rollback().obstacles()).isEmpty();
    RolledBackFiles.Entry kept = rollback().run().orElseThrow();

    assertThat(seen()).isEqualTo(before);
    assertThat(inode(log)).isEqualTo(logInode);
    assertThat(inode(table)).isEqualTo(tableInode);
    assertThat(hardLink).hasContent(TABLE);
    assertThat(Files.getAttribute(volume.resolve("old"), "unix:mode")).isEqualTo(040750);
    assertThat(kept(kept, log, What.GROWN)).isEqualTo("three\n");
    assertThat(kept(kept, table, What.CHANGED)).startsWith("xxx").endsWith("more");
    assertThat(kept(kept, replaced, What.REPLACED)).isEqualTo("another file");
    assertThat(kept(kept, volume.resolve("since/deep/new"), What.CREATED)).isEqualTo("made since");
    assertThat(kept.record().getState()).isEqualTo(RolledBack.State.DONE);
    assertThat(new RolledBackFiles(state).all()).hasSize(1);
    assertThat(rollback().run()).as("a second time").isEmpty();
  }

  @Test
  void aCrashAtAnyStepLosesNothingAndTheNextTryGoesOn() throws IOException {
    TreeMap<String, String> before = seen();
    int steps = 0;
    for (boolean done = false; !done; steps++) {
      goOn();
      int[] left = {steps};
      try {
        rollback()
            .afterEach(
                () -> {
                  if (left[0]-- == 0) throw new Crash();
                })
            .run();
        done = true;
      } catch (Crash crash) {
        assertThat(rollback().obstacles()).isEmpty();
        Optional<RolledBackFiles.Entry> resumed = rollback().run();
        assertThat(resumed).isPresent();
      }
      assertThat(seen()).as("after a crash at step %d", steps).isEqualTo(before);
      RolledBackFiles all = new RolledBackFiles(state);
      assertThat(all.unfinished("web-0a1b-1")).isEmpty();
      assertThat(all.all()).as("kept once, at step %d", steps).hasSize(1);
      RolledBackFiles.Entry kept = all.all().get(0);
      assertThat(kept(kept, log, What.GROWN)).isEqualTo("three\n");
      assertThat(kept(kept, table, What.CHANGED)).startsWith("xxx").endsWith("more");
      assertThat(kept(kept, replaced, What.REPLACED)).isEqualTo("another file");
      assertThat(kept(kept, volume.resolve("since/deep/new"), What.CREATED))
          .isEqualTo("made since");
      all.remove(kept);
    }
    assertThat(steps).isGreaterThan(12);
  }

  /** Between the crash and the next try somebody else may have written. */
  @Test
  void whatOthersWriteAfterACrashIsKeptToo() throws IOException {
    goOn();
    int[] puts = {0};
    assertThatThrownBy(
            () ->
                rollback()
                    .afterEach(
                        () -> {
                          if (Files.exists(
                                  state.resolve("rolled-back/web-0a1b-1.1/rolled-back.json"))
                              && puts[0]++ == 1) throw new Crash();
                        })
                    .run())
        .isInstanceOf(Crash.class);
    Files.writeString(table, "of somebody else");
    RolledBackFiles.Entry kept = rollback().run().orElseThrow();
    assertThat(table).hasContent(TABLE);
    assertThat(
            kept.record().getFilesList().stream()
                .filter(file -> file.getPath().equals(table.toString()))
                .map(file -> read(kept.directory().resolve(file.getKeptAs()))))
        .hasSize(2)
        .contains("of somebody else");
  }

  @Test
  void aLogThatIsAnotherIsNotCut() throws IOException {
    Files.writeString(log, "another log, and longer\n");
    assertThat(rollback().obstacles())
        .singleElement()
        .satisfies(
            refusal ->
                assertThat(refusal).hasMessageContaining("is not the file that the task appended"));
    assertThat(rollback(log + ":keep").obstacles()).isEmpty();
    Files.writeString(log, "one\n");
    assertThat(rollback().obstacles())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal).hasMessageContaining("shorter"));
  }

  @Test
  void policiesOfTheRestoreCountMore() throws IOException {
    goOn();
    Rollback keep = rollback("keep");
    assertThat(keep.keptAsTheyAre()).contains(log.toString(), table.toString());
    TreeMap<String, String> now = seen();
    rollback(log + ":keep", table + ":keep", volume + ":keep").run();
    assertThat(seen().get("log")).isEqualTo(now.get("log"));
    assertThat(seen().get("volume/since/deep/new")).isEqualTo("made since");
    assertThat(rollback(table + ":fail").obstacles())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal).hasMessageContaining(table + " has changed"));
  }

  @Test
  void aDamagedMemberIsNotPutBack() throws IOException {
    goOn();
    TreeMap<String, String> now = seen();
    Files.writeString(image.resolve("file-1"), TABLE.replace('5', '6'));
    assertThatThrownBy(() -> rollback().run())
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("file-1");
    assertThat(seen()).isEqualTo(now);
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  private static String kept(RolledBackFiles.Entry entry, Path path, What what) {
    KeptFile file =
        entry.record().getFilesList().stream()
            .filter(one -> one.getPath().equals(path.toString()) && one.getWhat() == what)
            .reduce(
                (one, other) -> {
                  throw new AssertionError(path + " is kept twice: " + entry.record());
                })
            .orElseThrow();
    return read(entry.directory().resolve(file.getKeptAs()));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
