package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCheckTest {
  @TempDir Path directory;
  private Path data;

  @BeforeEach
  void aFile() throws IOException {
    data = Files.writeString(directory.resolve("data"), "0123456789");
  }

  @Test
  void aFileAsItWasIsTaken() throws IOException {
    File file = file().build();
    assertThatCode(() -> check(file)).doesNotThrowAnyException();
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    File file = file().build();
    Files.delete(data);
    OperationException refusal = Refusals.of(() -> check(file));
    assertThat(refusal).hasMessageContaining(data + ", which the task has open (descriptor 5), is");
    assertThat(refusal.mend()).contains("put the file back").contains("10 bytes");
  }

  @Test
  void aFileThatTheTaskWritesAndThatHasGrownIsToBeCut() throws IOException {
    File file = file().setWritten(true).build();
    append();
    OperationException refusal = Refusals.of(() -> check(file));
    assertThat(refusal).hasMessageContaining("has grown from 10 to 14 bytes");
    assertThat(refusal.mend()).contains("truncate -s 10 " + data);
  }

  @Test
  void aShrunkFileIsToBePutBack() throws IOException {
    File file = file().setWritten(true).setAppendOnly(true).build();
    Files.writeString(data, "012");
    OperationException refusal = Refusals.of(() -> check(file));
    assertThat(refusal).hasMessageContaining("has shrunk from 10 to 3 bytes");
    assertThat(refusal.mend()).contains("put the file back");
  }

  @Test
  void aLogThatIsOnlyAppendedToMayHaveGrown() throws IOException {
    File file = file().setWritten(true).setAppendOnly(true).build();
    append();
    assertThatCode(() -> check(file)).doesNotThrowAnyException();
  }

  @Test
  void anotherContentIsRefusedUnlessAccepted() throws IOException {
    File file = file().build();
    Files.writeString(data, "9876543210");
    touch();
    OperationException refusal = Refusals.of(() -> check(file));
    assertThat(refusal).hasMessageContaining("has another content");
    assertThat(refusal.mend()).contains("--accept-changed-files");
    Orders accepting = orders(file).with(new RestoreOptions(false, true, false));
    assertThatCode(() -> FileCheck.check(accepting.order())).doesNotThrowAnyException();
  }

  @Test
  void aFileThatWasTouchedButNotChangedIsTaken() throws IOException {
    File file = file().build();
    touch();
    assertThatCode(() -> check(file)).doesNotThrowAnyException();
  }

  @Test
  void aFileOfUnknownContentMustNotHaveBeenWrittenTo() throws IOException {
    File file = file().clearDigest().build();
    touch();
    assertThat(Refusals.of(() -> check(file)))
        .hasMessageContaining("was written to after the image was made");
  }

  @Test
  void filesInTheImageNeedNotBeThere() throws IOException {
    File deleted = file().setDeleted(true).build(), carried = file().setCarriedAs("c").build();
    Files.delete(data);
    assertThatCode(
            () ->
                FileCheck.check(
                    Orders.in(directory).with(m -> m.addFiles(deleted).addFiles(carried)).order()))
        .doesNotThrowAnyException();
  }

  @Test
  void allFilesInTheWayAreNamedAtOnce() throws IOException {
    File file = file().build(), other = file().setPath(directory + "/other").build();
    Files.delete(data);
    assertThat(
            Refusals.of(
                () ->
                    FileCheck.check(
                        Orders.in(directory).with(m -> m.addFiles(file).addFiles(other)).order())))
        .hasMessageContaining(data.toString())
        .hasMessageContaining(directory + "/other");
  }

  @Test
  void theWorkingDirectoryMustBeThere() {
    Orders orders =
        Orders.in(directory).with(m -> m.getTaskBuilder().setWorkingDirectory("/no/such/place"));
    assertThat(Refusals.of(() -> FileCheck.check(orders.order())).mend())
        .contains("mkdir -p /no/such/place");
  }

  private void check(File file) {
    FileCheck.check(orders(file).order());
  }

  private Orders orders(File file) {
    return Orders.in(directory).with(manifest -> manifest.addFiles(file));
  }

  private File.Builder file() throws IOException {
    return File.newBuilder()
        .setPath(data.toString())
        .setSize(Files.size(data))
        .setModifiedNanos(Files.getLastModifiedTime(data).to(TimeUnit.NANOSECONDS))
        .setDigest(Digest.of(data, count -> {}))
        .addDescriptors(5);
  }

  private void append() throws IOException {
    Files.writeString(data, "more", StandardOpenOption.APPEND);
  }

  private void touch() throws IOException {
    Files.setLastModifiedTime(data, FileTime.from(Instant.now().plusSeconds(60)));
  }
}
