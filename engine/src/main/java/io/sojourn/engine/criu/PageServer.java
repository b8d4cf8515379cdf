package io.sojourn.engine.criu;

import com.sun.jna.Memory;
import io.sojourn.engine.image.PageStore;
import io.sojourn.engine.linux.StreamPair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the memory of a task while CRIU dumps it: the server's side of CRIU's page server protocol
 * (criu/page-xfer.c, 4.2), over a unix socket. CRIU hands on the task's own pages (vmsplice,
 * splice), which are copied here, on another processor than the one that looks for the next.
 */
public final class PageServer implements AutoCloseable {
  /** u32 command, u32 of nothing, u64 number of pages, u64 address, u64 target. */
  private static final int REQUEST = 32;

  private static final int OPEN = 4;
  private static final int PARENT = 5;
  private static final int ADD = 6;
  private static final int CLOSE = 0x1023;
  private static final int FORCE_CLOSE = 0x1024;
  private static final int COMMAND_BITS = 16;
  private static final int TYPE_BITS = 8;
  private static final int PROCESS = 1;
  private static final int SHARED = 2;
  private static final int AHEAD = 4 << 20;

  private final PageStore store;
  private final StreamPair stream;
  private final Thread thread;
  private final Map<Long, PageStore.Target> targets = new HashMap<>();
  private volatile @Nullable IOException failure;

  private PageServer(PageStore store, StreamPair stream, long expected) {
    this.store = store;
    this.stream = stream;
    this.thread = new Thread(() -> serve(expected), "page server");
    thread.setDaemon(true);
  }

  /**
   * @param expected how many bytes will come, as far as is known
   */
  public static PageServer start(PageStore store, long expected) throws IOException {
    PageServer server = new PageServer(store, StreamPair.open(AHEAD), expected);
    server.thread.start();
    return server;
  }

  StreamPair stream() {
    return stream;
  }

  private void serve(long expected) {
    store.prepare(expected);
    try (Memory memory = new Memory(REQUEST)) {
      ByteBuffer request = memory.getByteBuffer(0, REQUEST).order(ByteOrder.LITTLE_ENDIAN);
      while (stream.receive(request.clear()) && obey(request)) continue;
    } catch (EOFException criuEnded) {
      // It says why, or has been killed.
      stream.shut();
    } catch (IOException e) {
      failure = e;
      // CRIU cannot write any more, and undoes what it did.
      stream.shut();
    }
  }

  private boolean obey(ByteBuffer request) throws IOException {
    int command = request.getInt(0);
    long pages = request.getLong(8), address = request.getLong(16), target = request.getLong(24);
    switch (command & (1 << COMMAND_BITS) - 1) {
      case OPEN -> {
        targets.put(target, store.open(pagemap(target)));
        // There is no image that this one builds upon.
        stream.send(new byte[1]);
      }
      case PARENT -> stream.send(new byte[Integer.BYTES]);
      case ADD -> {
        PageStore.Target to = targets.get(target);
        if (to == null) throw new IOException("CRIU sends memory of what it has not named");
        to.range(address, pages, command >>> COMMAND_BITS, stream);
      }
      case CLOSE, FORCE_CLOSE -> {
        stream.send(new byte[Integer.BYTES]);
        return false;
      }
      default -> throw new IOException("CRIU says what is not known: " + command);
    }
    return true;
  }

  private static String pagemap(long target) throws IOException {
    long number = target >>> TYPE_BITS;
    return switch ((int) target & (1 << TYPE_BITS) - 1) {
      case PROCESS -> "pagemap-" + number + ".img";
      case SHARED -> "pagemap-shmem-" + number + ".img";
      default -> throw new IOException("CRIU sends memory of an unknown kind");
    };
  }

  /** Takes nothing more: CRIU fails, and undoes what it did. */
  void refuse() {
    stream.shut();
  }

  /** What went wrong here, which CRIU knows as a broken pipe only. */
  public @Nullable IOException failure() {
    return failure;
  }

  /** CRIU has ended, or will be told so. */
  @Override
  public void close() {
    stream.shut();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    stream.close();
    if (interrupted) Thread.currentThread().interrupt();
  }
}
