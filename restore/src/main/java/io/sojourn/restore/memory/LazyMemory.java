package io.sojourn.restore.memory;

import io.sojourn.engine.image.LazyPages;
import io.sojourn.engine.linux.PassedDescriptors;
import io.sojourn.engine.linux.Userfault;
import io.sojourn.engine.linux.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Brings a task's memory after its restore. CRIU passes a userfaultfd of each process to a socket
 * in its working directory, "lazy-pages.socket", then says that it is done (criu/uffd.c). From then
 * on nothing of CRIU is in between: what a process touches is asked for at once, the rest ({@link
 * Sweep}) when {@link #fetchAll} says so. Where nothing answers, who has touched something waits.
 *
 * <p>One thread does all of it, and waits for nobody: what the task does meanwhile with its memory
 * (fork, munmap, mremap, madvise) stands still until it is heard here.
 */
public final class LazyMemory implements Supply.Receiver, AutoCloseable {
  /** CRIU's name for it. */
  public static final String SOCKET = "lazy-pages.socket";

  private static final int RESTORE_FINISHED = 0x52535446;

  /** Beside the page that is waited for: its neighbours are wanted next, mostly. */
  private static final int FAULT = 16 * AddressSpace.PAGE;

  private static final int MOST_PARTS = 64;
  private static final int AGAIN_MILLIS = 1;

  private record Arrived(int process, long address, int length, @Nullable ByteBuffer content) {}

  private final Path images;
  private final Supply supply;
  private final PassedDescriptors passed;
  private final Waiting waiting = new Waiting();
  private final Queue<Arrived> arrived = new ConcurrentLinkedQueue<>();
  private final List<AddressSpace> spaces = new ArrayList<>();
  private final Asked asked = new Asked();
  private final Pace pace = new Pace();
  private final CompletableFuture<Void> whole = new CompletableFuture<>();
  private final Thread thread = new Thread(this::serve, "memory");
  private ByteBuffer scratch = ByteBuffer.allocateDirect(FAULT);
  private @Nullable Arrived again;
  private boolean restored;
  private volatile boolean fetchesAll;
  private volatile boolean over;

  private LazyMemory(Path images, Supply supply, PassedDescriptors passed) {
    this.images = images;
    this.supply = supply;
    this.passed = passed;
    thread.setDaemon(true);
  }

  /**
   * @param images the image's directory
   * @param work CRIU's working directory
   */
  public static LazyMemory of(Path images, Path work, Supply supply) throws IOException {
    return new LazyMemory(images, supply, PassedDescriptors.at(work.resolve(SOCKET)));
  }

  /** Serves what is touched. */
  public void start() {
    thread.start();
  }

  /** The task is restored, and runs: fetches what it does not touch, too. */
  public void fetchAll() {
    fetchesAll = true;
    waiting.call();
  }

  @Override
  public void arrived(int process, long address, int length, @Nullable ByteBuffer content) {
    arrived.add(new Arrived(process, address, length, content));
    waiting.call();
  }

  /** {@link #whole} fails. */
  @Override
  public void lost(Exception cause) {
    whole.completeExceptionally(cause);
  }

  /** Completes when the task has all of its memory, and nobody is needed for it any more. */
  public CompletableFuture<Void> whole() {
    return whole;
  }

  private void serve() {
    try {
      while (!over) {
        waiting.await(sources(), again == null ? -1 : AGAIN_MILLIS);
        if (over) break;
        if (!restored) receive();
        for (AddressSpace space : List.copyOf(spaces)) hear(space);
        put();
        if (fetchesAll) fetch();
        if (restored && fetchesAll && spaces.stream().allMatch(AddressSpace::whole)) {
          // First: whoever waits for zeros gets them by the kernel itself.
          spaces.forEach(AddressSpace::close);
          supply.whole();
          whole.complete(null);
          break;
        }
      }
    } catch (IOException | RuntimeException broken) {
      whole.completeExceptionally(broken);
    } finally {
      spaces.forEach(AddressSpace::close);
      passed.close();
    }
  }

  private List<Integer> sources() {
    List<Integer> sources = new ArrayList<>();
    if (!restored) sources.add(passed.waitFor());
    for (AddressSpace space : spaces) if (!space.over()) sources.add(space.faults().descriptor());
    return sources;
  }

  /** Of CRIU: a process and its descriptor, one that is dead already, or the end. */
  private void receive() throws IOException {
    if (!passed.ready() || passed.connect()) return;
    int number = passed.number();
    if (number == RESTORE_FINISHED) {
      restored = true;
    } else if (number > 0) {
      Missing missing = new Missing();
      for (LazyPages range : LazyPages.of(images, number))
        missing.add(new Missing.Range(range.start(), range.end(), range.start()));
      spaces.add(new AddressSpace(number, new Userfault(passed.descriptor()), missing));
    }
  }

  private void hear(AddressSpace space) throws IOException {
    if (space.over()) return;
    for (List<Userfault.Event> events = space.faults().read();
        !events.isEmpty();
        events = space.faults().read()) for (Userfault.Event event : events) hear(space, event);
  }

  private void hear(AddressSpace space, Userfault.Event event) {
    Missing missing = space.missing();
    switch (event.kind()) {
      case PAGEFAULT -> touched(space, event.from() & -AddressSpace.PAGE);
      case REMOVE, UNMAP -> missing.remove(event.from(), event.to());
      case REMAP -> missing.move(event.from(), event.to(), event.length());
      case FORK ->
          spaces.add(
              new AddressSpace(
                  space.process(), new Userfault((int) event.from()), new Missing(missing)));
    }
  }

  private void touched(AddressSpace space, long address) {
    Missing.Range range = space.missing().at(address);
    if (range == null) {
      space.zeros(address);
      return;
    }
    space.touched(address);
    long source = range.source() + address - range.start();
    if (asked.end(space.process(), source) > source) return;
    int most = (int) Math.min(FAULT, range.end() - address);
    ask(List.of(part(space, source, most)));
  }

  private Supply.Part part(AddressSpace space, long source, int most) {
    int length = asked.free(space.process(), source, most);
    Supply.Part part = new Supply.Part(space.process(), source, length);
    asked.add(part);
    return part;
  }

  private void ask(List<Supply.Part> parts) {
    if (parts.isEmpty()) return;
    supply.ask(parts, spaces.stream().mapToLong(space -> space.missing().bytes()).sum());
  }

  /** Puts all that has come; what cannot be put yet comes first the next time. */
  private void put() {
    for (Arrived next; (next = again != null ? again : arrived.poll()) != null; ) {
      again = next;
      ByteBuffer content = next.content() == null ? null : direct(next.content());
      for (AddressSpace space : List.copyOf(spaces)) {
        if (space.process() != next.process()) continue;
        if (!space.put(next.address(), next.length(), content)) return;
      }
      Asked.Open answered = asked.remove(next.process(), next.address());
      if (answered != null) pace.arrived(answered.length(), answered.since(), System.nanoTime());
      again = null;
    }
  }

  private ByteBuffer direct(ByteBuffer content) {
    if (scratch.capacity() < content.remaining())
      scratch = ByteBuffer.allocateDirect(content.remaining());
    return scratch.clear().put(content.duplicate()).flip();
  }

  /** As much as may be on its way. */
  private void fetch() {
    for (AddressSpace space : spaces) {
      List<Supply.Part> parts = new ArrayList<>();
      int length = 0;
      int chunk = pace.chunk();
      Missing.Range next;
      while (asked.bytes() + chunk <= pace.window() && (next = space.next(asked)) != null) {
        Supply.Part part = part(space, next.source(), (int) Math.min(chunk, next.length()));
        parts.add(part);
        length += part.length();
        if (length >= chunk || parts.size() >= MOST_PARTS) {
          ask(parts);
          parts = new ArrayList<>();
          length = 0;
        }
      }
      ask(parts);
    }
  }

  @Override
  public void close() {
    over = true;
    waiting.call();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    waiting.close();
    supply.close();
  }
}
