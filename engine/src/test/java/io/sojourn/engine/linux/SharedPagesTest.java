package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.linux.MemoryCopy.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shell and its subshell, which is a fork of it. */
class SharedPagesTest {
  private static final int PAGE = 4096;
  private static final int MIB = 1 << 20;

  /** Two strings of 8 MB; then one of them is another, which is put where the first was. */
  private static final String PROGRAM =
      """
      letters() { head -c 8000000 /dev/zero | tr '\\0' $1; }
      kept=$(letters a) replaced=$(letters b)
      (echo $BASHPID; kill -STOP $BASHPID) &
      read -r go
      replaced=$(letters c)
      echo done
      read -r over
      """;

  private Process shell;
  private BufferedReader says;
  private int copy;

  @BeforeEach
  void fork() throws IOException {
    Assumptions.assumeTrue(SharedPages.possible(), "only root is told which page is where");
    shell = new ProcessBuilder("bash", "-c", PROGRAM).start();
    says = shell.inputReader();
    copy = Integer.parseInt(says.readLine());
  }

  @AfterEach
  void end() throws Exception {
    if (shell == null) return;
    ProcessHandle.of(copy).ifPresent(ProcessHandle::destroyForcibly);
    shell.destroyForcibly().waitFor();
  }

  private int pid() {
    return (int) shell.pid();
  }

  private List<Run> shared() throws IOException {
    return shared(0);
  }

  private List<Run> shared(long least) throws IOException {
    List<Run> all = new ArrayList<>();
    try (SharedPages pages = new SharedPages(pid(), copy)) {
      for (Run memory : Mapping.privateMemoryOf(pid()))
        all.addAll(pages.in(memory.start(), memory.end(), least));
    }
    return all;
  }

  private static long bytes(List<Run> runs) {
    return runs.stream().mapToLong(run -> run.end() - run.start()).sum();
  }

  private static ByteBuffer read(int pid, long address) throws IOException {
    try (FileChannel memory =
        FileChannel.open(Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ)) {
      ByteBuffer page = ByteBuffer.allocate(PAGE);
      memory.read(page, address);
      return page.flip();
    }
  }

  @Test
  void whatOneHasWrittenToIsNotShared() throws IOException {
    assertThat(bytes(shared())).isGreaterThan(15L * MIB);
    shell.getOutputStream().write('\n');
    shell.getOutputStream().flush();
    assertThat(says.readLine()).isEqualTo("done");
    List<Run> shared = shared();
    long kept = 0;
    int different = 0;
    for (Run run : shared)
      for (long at = run.start(); at < run.end(); at += PAGE) {
        ByteBuffer here = read(pid(), at);
        if (!here.equals(read(copy, at))) different++;
        if (here.get(0) == 'a') kept += PAGE;
      }
    assertThat(different).isZero();
    assertThat(kept).isGreaterThan(7L * MIB);
    assertThat(shared(MIB))
        .isNotEmpty()
        .allMatch(run -> run.end() - run.start() >= MIB)
        .allMatch(shared::contains);
    // There are such at the same address in both: a look at addresses alone would not see it.
    List<Run> all = Mapping.privateMemoryOf(pid());
    assertThat(all.stream().anyMatch(memory -> differs(memory, shared))).isTrue();
  }

  private boolean differs(Run memory, List<Run> shared) {
    for (long at = memory.start(); at < memory.end(); at += PAGE) {
      long page = at;
      if (shared.stream().anyMatch(run -> run.start() <= page && page < run.end())) continue;
      try {
        if (read(pid(), at).get(0) == 'c' && read(copy, at).get(0) == 'b') return true;
      } catch (IOException | RuntimeException notThere) {
        // One of the two has nothing there.
      }
    }
    return false;
  }

  @Test
  void aCopyThatHasEndedIsNone() throws Exception {
    ProcessHandle ended = ProcessHandle.of(copy).orElseThrow();
    ended.destroyForcibly();
    ended.onExit().get();
    assertThatThrownBy(this::shared).isInstanceOf(IOException.class);
  }
}
