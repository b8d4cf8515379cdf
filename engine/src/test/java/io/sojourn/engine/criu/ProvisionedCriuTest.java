package io.sojourn.engine.criu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvisionedCriuTest {
  @TempDir Path directory;

  private void program(String name, Path content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.copy(content.toRealPath(), file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** As provision-criu.sh makes it, with another program in CRIU's place, of this machine's own. */
  private void provision() throws IOException {
    program(
        "root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
        Path.of("/lib64/ld-linux-x86-64.so.2"));
    program("root/usr/lib/x86_64-linux-gnu/libc.so.6", Path.of("/lib/x86_64-linux-gnu/libc.so.6"));
    program("root/usr/sbin/criu", Path.of("/bin/echo"));
    Files.writeString(directory.resolve("criu"), ProvisionedCriu.SCRIPT);
  }

  @Test
  void theScriptIsTheProvisionedOnes() throws IOException {
    assertThat(Files.readString(Path.of("../scripts/provision-criu.sh")))
        .contains("cat > \"$work/criu\" << 'W'\n" + ProvisionedCriu.SCRIPT + "W\n");
  }

  @Test
  void anotherScriptIsRun() throws IOException {
    provision();
    Path criu = directory.resolve("criu");
    Files.writeString(criu, ProvisionedCriu.SCRIPT.replace("exec", "true; exec"));
    assertThat(ProvisionedCriu.words(criu)).containsExactly(criu.toString());
  }

  private static String run(List<String> words) throws IOException {
    List<String> command = new ArrayList<>(words);
    command.add("itself");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes());
  }

  @Test
  void criuIsStartedWithoutItsScript() throws IOException {
    provision();
    assertThat(run(ProvisionedCriu.words(directory.resolve("criu")))).isEqualTo("itself\n");
  }

  @Test
  void aLinkToItLeadsToIt() throws IOException {
    provision();
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("criu"));
    assertThat(run(ProvisionedCriu.words(link))).isEqualTo("itself\n");
  }

  @Test
  void itIsFoundWhereItIsSeen() throws IOException {
    provision();
    assertThat(ProvisionedCriu.words(directory, Path.of("/dev/there")))
        .containsExactly(
            "/dev/there/root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
            "--library-path",
            "/dev/there/root/usr/lib/x86_64-linux-gnu",
            "/dev/there/root/usr/sbin/criu");
  }

  @Test
  void anotherOneIsStartedAsItIs() throws IOException {
    Path criu = Files.createFile(directory.resolve("criu"));
    assertThat(ProvisionedCriu.words(criu)).containsExactly(criu.toString());
    assertThat(ProvisionedCriu.words(directory, Path.of("/dev/there")))
        .containsExactly("/dev/there/criu");
  }
}
