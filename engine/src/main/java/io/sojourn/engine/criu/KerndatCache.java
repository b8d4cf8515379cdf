package io.sojourn.engine.criu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/**
 * What CRIU found out about this kernel, kept where CRIU looks for it: in /run/criu.kdat. Without,
 * it probes the kernel anew at each start, which takes longer than the rest of a small restore.
 * CRIU writes the file itself where /run is a tmpfs, which a boot empties, and nowhere else; it
 * reads it everywhere (kerndat.c). So where /run is on a disk we have it written to a tmpfs that
 * only CRIU sees, and put the copy there for as long as the daemon runs. A CRIU of another build
 * knows by a number in the file that it is not its own, and passes it over.
 */
public final class KerndatCache implements AutoCloseable {
  private static final Path RUN = Path.of("/run");
  private static final Path CACHE = RUN.resolve("criu.kdat");

  /** Left empty by a CRIU that found no tmpfs. */
  private static final Path LEFT = RUN.resolve("criu.kdat.tmp");

  /** "check" may complain about what we do not need; the cache is complete all the same. */
  private static final String SCRIPT =
      "mount -t tmpfs -o mode=0755 none /run && \"$0\" check > /dev/null 2>&1; cat /run/criu.kdat";

  private final boolean made;

  private KerndatCache(boolean made) {
    this.made = made;
  }

  /** Makes it where CRIU would not. Where that is not possible, CRIU probes as before. */
  public static KerndatCache prepare(Path criu) {
    return prepare(criu, RUN);
  }

  /**
   * @param run where the copy is made before it gets its name; of the file system of /run
   */
  static KerndatCache prepare(Path criu, Path run) {
    try {
      if (Files.getFileStore(RUN).type().equals("tmpfs")) return new KerndatCache(false);
      Path fresh = Files.createTempFile(run, "criu.kdat", ".sojourn");
      try {
        boolean made = probe(criu, fresh);
        // Anew even where there is one: it may be of the kernel before the last boot.
        if (made) Files.move(fresh, CACHE, StandardCopyOption.ATOMIC_MOVE);
        if (made) Files.deleteIfExists(LEFT);
        return new KerndatCache(made);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException notOurs) {
      return new KerndatCache(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new KerndatCache(false);
    }
  }

  private static boolean probe(Path criu, Path to) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "" + criu)
            .redirectOutput(to.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return false;
    }
    return process.exitValue() == 0 && Files.size(to) > 0;
  }

  /** Takes it away again: the next boot may be of another kernel. */
  @Override
  public void close() {
    try {
      if (made) Files.deleteIfExists(CACHE);
    } catch (IOException stays) {
      // The next daemon makes it anew.
    }
  }
}
