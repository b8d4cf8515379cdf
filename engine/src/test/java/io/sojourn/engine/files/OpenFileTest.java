package io.sojourn.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFileTest {
  @TempDir Path directory;

  @Test
  void holesStayHoles() throws IOException {
    Path sparse = directory.resolve("sparse"), copy = directory.resolve("copy");
    try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
      file.seek(10 << 20);
      file.write("in the middle".getBytes());
      file.setLength(64 << 20);
    }
    try (OpenFile from = OpenFile.reading(sparse);
        OpenFile to = OpenFile.creating(copy)) {
      to.copy(from, 0, 64 << 20);
      assertThat(to.status().blocks() * 512).isLessThan(1 << 20);
    }
    assertThat(Files.mismatch(sparse, copy)).isEqualTo(-1);
  }

  @Test
  void aPartIsCopied() throws IOException {
    Path whole = Files.writeString(directory.resolve("whole"), "0123456789");
    try (OpenFile from = OpenFile.reading(whole);
        OpenFile to = OpenFile.creating(directory.resolve("part"))) {
      to.copy(from, 7, 10);
    }
    assertThat(directory.resolve("part")).hasContent("789");
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path target = Files.writeString(directory.resolve("target"), "of others");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    assertThatThrownBy(() -> OpenFile.reading(link)).isInstanceOf(FileFailure.class);
    assertThatThrownBy(() -> OpenFile.writing(link)).isInstanceOf(FileFailure.class);
    Path through = Files.createSymbolicLink(directory.resolve("to"), directory);
    try (OpenFile file = OpenFile.reading(through.resolve("target"))) {
      assertThat(file.reachedPlainly()).isFalse();
    }
    try (OpenFile file = OpenFile.reading(target.toRealPath())) {
      assertThat(file.reachedPlainly()).isTrue();
    }
  }

  @Test
  void anotherUserHasNoMoreRights() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "of root");
    try (UserThread nobody = UserThread.of(new ThreadIdentity(65534, 65534, new int[0]))) {
      assertThatThrownBy(() -> nobody.call(() -> OpenFile.writing(secret)))
          .isInstanceOfSatisfying(
              FileFailure.class,
              failure -> assertThat(failure.errno()).isEqualTo(ErrorNumber.EACCES));
    }
    try (OpenFile again = OpenFile.writing(secret)) {
      assertThat(again.status().regular()).isTrue();
    }
  }
}
