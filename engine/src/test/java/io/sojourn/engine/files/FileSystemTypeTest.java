package io.sojourn.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemTypeTest {
  private static final long NFS = 0x6969, SMB = 0xfe534d42L, FUSE = 0x65735546, PROC = 0x9fa0;

  private static boolean exact(String directory) {
    int fd = FileCalls.open(directory, FileCalls.O_RDONLY);
    assertThat(fd).as(directory).isNotNegative();
    try {
      return FileSystemType.hasExactNames(fd);
    } finally {
      FileCalls.close(fd);
    }
  }

  @Test
  void namesAreExactWhereTheFileSystemSaysSo(@TempDir Path disk) {
    assertThat(exact(disk.toString())).isTrue();
    assertThat(exact("/dev/shm")).isTrue();
  }

  /** /proc/TID is there, and not listed. */
  @Test
  void elsewhereTheyMayNotBe() {
    assertThat(exact("/proc")).isFalse();
  }

  @Test
  void whatOthersChangeIsNotThisKernelsAlone() {
    for (long type : new long[] {NFS, SMB, FUSE, PROC, 0})
      assertThat(FileSystemType.changesHereOnly(type)).isFalse();
  }
}
