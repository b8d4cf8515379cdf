package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A network namespace, and one thread of ours that lives in it. A socket belongs to the namespace
 * of the thread that made it, and may then be used by all; a child process inherits the thread's.
 * See network_namespaces(7).
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int O_RDONLY_CLOEXEC = 0x80000;

  private final int descriptor;
  private final ExecutorService inside;
  private final AtomicBoolean closed = new AtomicBoolean();

  private NetworkNamespace(int descriptor) {
    this.descriptor = descriptor;
    this.inside = Executors.newSingleThreadExecutor(threads(Executors.defaultThreadFactory()));
  }

  /** Whether a process is in the same network namespace as this one. */
  public static boolean isOurs(int pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net"))
          .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
    } catch (IOException ended) {
      return false;
    }
  }

  /** Makes a new one, which lasts until it is closed here and nobody else is in it. */
  public static NetworkNamespace make() throws IOException {
    int[] descriptor = {-1};
    Thread maker =
        new Thread(
            () -> {
              // SAFETY: concerns this thread alone, which ends with it.
              Libc.unshare(CLONE_NEWNET);
              descriptor[0] = Libc.open("/proc/thread-self/ns/net", O_RDONLY_CLOEXEC);
            },
            "network-namespace");
    maker.setUncaughtExceptionHandler((thread, failure) -> {});
    maker.start();
    try {
      maker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (descriptor[0] < 0)
      throw new IOException("no network namespace can be made: CAP_SYS_ADMIN is needed");
    return new NetworkNamespace(descriptor[0]);
  }

  /** One that exists: {@code /proc/PID/ns/net}, or a place where it is mounted. */
  public static NetworkNamespace open(Path path) throws IOException {
    try {
      return new NetworkNamespace(Libc.open(path.toString(), O_RDONLY_CLOEXEC));
    } catch (LastErrorException failed) {
      throw new IOException("cannot open the network namespace " + path, failed);
    }
  }

  /** Where other processes find it, as long as this one lives. */
  public Path path() {
    return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor);
  }

  /** Makes threads that live in this namespace. */
  public ThreadFactory threads(ThreadFactory factory) {
    return task ->
        factory.newThread(
            () -> {
              // SAFETY: concerns this thread alone.
              Libc.setns(descriptor, CLONE_NEWNET);
              task.run();
            });
  }

  /** Does something in the namespace, soon. */
  public void execute(Runnable work) {
    inside.execute(work);
  }

  /** Does something in the namespace, and waits for it. */
  public <T> T call(Callable<T> work) throws IOException {
    try {
      return inside.submit(work).get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException e) throw e;
      if (failed.getCause() instanceof RuntimeException e) throw e;
      throw new IOException(failed.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Runs a command in the namespace.
   *
   * @return what it printed
   * @throws IOException with what it printed, where it failed
   */
  public String run(String input, List<String> command) throws IOException {
    return call(
        () -> {
          Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
          try (var to = process.getOutputStream()) {
            to.write(input.getBytes(StandardCharsets.UTF_8));
          } catch (IOException endedEarly) {
            // Its output says why.
          }
          String output =
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          if (process.waitFor() != 0)
            throw new IOException(String.join(" ", command) + ": " + output.strip());
          return output;
        });
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) return;
    inside.shutdown();
    Libc.close(descriptor);
  }
}
