package io.sojourn.engine.criu;

import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What CRIU found out about this kernel, kept where CRIU looks for it: in /run/criu.kdat. Without,
 * it probes the kernel anew at each start, which takes longer than the rest of a small restore.
 * CRIU writes the file itself where /run is a tmpfs, which a boot empties, and nowhere else; it
 * reads it everywhere (kerndat.c). So where /run is on a disk we have it written to a tmpfs that
 * only CRIU sees, and put the copy there for as long as a daemon runs. A CRIU of another build
 * knows by a number in the file that it is not its own, and passes it over.
 *
 * <p>Another copy, of which nobody else knows, is for a CRIU that runs with a task's uid, which
 * cannot do without ({@link CriuCommand}).
 */
public final class KerndatCache implements AutoCloseable {
  /** How CRIU calls it, wherever it is. */
  public static final String NAME = "criu.kdat";

  private static final Path RUN = Path.of("/run");
  private static final Path CACHE = RUN.resolve(NAME);

  /** Left empty by a CRIU that found no tmpfs. */
  private static final Path LEFT = RUN.resolve("criu.kdat.tmp");

  /** "check" may complain about what we do not need; the cache is complete all the same. */
  private static final String SCRIPT =
      "mount -t tmpfs -o mode=0755 none /run && \"$0\" check > /dev/null 2>&1; cat /run/criu.kdat";

  private final Path own;
  private final @Nullable SharedUse shared;

  private KerndatCache(Path own, @Nullable SharedUse shared) {
    this.own = own;
    this.shared = shared;
  }

  /**
   * Makes both where CRIU would not. Where that is not possible, CRIU probes as before.
   *
   * @param runDirectory where our own copy is
   */
  public static KerndatCache prepare(Path criu, Path runDirectory) {
    Path own = runDirectory.resolve(NAME);
    try {
      boolean keeps = Files.getFileStore(RUN).type().equals("tmpfs");
      if (keeps && Proc.capable(Proc.CAP_SYS_RESOURCE)) return new KerndatCache(own, null);
      // Anew even where there is one: it may be of the kernel before the last boot.
      Path fresh = Files.createTempFile(runDirectory, NAME, ".fresh");
      try {
        boolean made = probe(criu, fresh);
        if (made) Files.move(fresh, own, StandardCopyOption.ATOMIC_MOVE);
        return new KerndatCache(own, made && !keeps ? share(own) : null);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException notOurs) {
      return new KerndatCache(own, null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new KerndatCache(own, null);
    }
  }

  private static SharedUse share(Path own) throws IOException {
    SharedUse use = SharedUse.of(CACHE);
    Path fresh = Files.createTempFile(RUN, NAME, ".sojourn");
    try {
      Files.copy(own, fresh, StandardCopyOption.REPLACE_EXISTING);
      Files.move(fresh, CACHE, StandardCopyOption.ATOMIC_MOVE);
      Files.deleteIfExists(LEFT);
      return use;
    } catch (IOException failed) {
      use.close();
      throw failed;
    } finally {
      Files.deleteIfExists(fresh);
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

  /** Takes them away again: the next boot may be of another kernel. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(own);
      if (shared != null) shared.close();
    } catch (IOException stays) {
      // The next daemon makes it anew.
    }
  }
}
