package io.sojourn.restore.memory;

import io.sojourn.engine.image.PagesAside;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.ProcessMemory;
import io.sojourn.engine.operation.OperationException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Puts a task's memory where it belongs when CRIU has made its processes, which stand still, and
 * not by CRIU: that has each process read it into pages that are new to its page tables. A page
 * fault for each is what a restore takes its time for, most of all in a virtual machine whose
 * hypervisor keeps page tables of its own; and one thread does it. Here the kernel writes into the
 * pages themselves, by as many threads as there are processors.
 */
public final class Fill {
  /** Nothing is left to do after CRIU. */
  public static final Fill NONE = new Fill(List.of());

  private static final int BATCH = 1 << 20;

  /** Pages that follow each other in the file. */
  private record Batch(int process, FileChannel pages, long place, List<ProcessMemory.Part> parts) {
    int length() {
      return (int) parts.stream().mapToLong(ProcessMemory.Part::length).sum();
    }
  }

  private final List<PagesAside> aside;

  private Fill(List<PagesAside> aside) {
    this.aside = aside;
  }

  /**
   * Takes what it will do out of CRIU's hands.
   *
   * @param images a directory that may be changed, whose pages are not packed
   */
  public static Fill of(Path images) throws IOException {
    return new Fill(PagesAside.of(images));
  }

  /** Bytes that are to be put. */
  public long bytes() {
    return aside.stream()
        .flatMap(one -> one.runs().stream())
        .mapToLong(PagesAside.Run::length)
        .sum();
  }

  /**
   * Puts it. The processes stand still.
   *
   * @param root the process from which all of the task's come
   * @throws OperationException the image or the process is not as it should be
   */
  public void into(int root) {
    if (aside.isEmpty()) return;
    Map<Integer, Integer> numbers = new HashMap<>();
    for (int pid : Proc.tree(root)) numbers.put(Proc.innermostPid(pid), pid);
    List<FileChannel> files = new ArrayList<>();
    try {
      for (PagesAside one : aside) {
        Integer pid = numbers.get(one.process());
        if (pid == null) throw new IOException("process " + one.process() + " is not there");
        FileChannel file = FileChannel.open(one.pages(), StandardOpenOption.READ);
        files.add(file);
        List<Batch> batches = new ArrayList<>();
        batches(pid, file, one.runs(), batches);
        put(batches);
      }
    } catch (IOException failed) {
      throw OperationException.failed(
          "the task's memory cannot be put in its place: " + failed.getMessage(),
          "see whether the image is whole: ckpt verify",
          failed);
    } finally {
      files.forEach(Fill::close);
    }
  }

  private static void batches(
      int pid, FileChannel file, List<PagesAside.Run> runs, List<Batch> batches) {
    long begin = 0, end = -1;
    long length = 0;
    List<ProcessMemory.Part> parts = new ArrayList<>();
    for (PagesAside.Run run : runs)
      for (long at = 0; at < run.length(); ) {
        boolean goesOn = run.place() + at == end;
        if (!goesOn || length == BATCH || parts.size() == ProcessMemory.MOST_PARTS) {
          if (!parts.isEmpty()) batches.add(new Batch(pid, file, begin, parts));
          begin = run.place() + at;
          length = 0;
          parts = new ArrayList<>();
        }
        long part = Math.min(run.length() - at, BATCH - length);
        parts.add(new ProcessMemory.Part(run.address() + at, part));
        length += part;
        at += part;
        end = run.place() + at;
      }
    if (!parts.isEmpty()) batches.add(new Batch(pid, file, begin, parts));
  }

  private static void put(List<Batch> batches) throws IOException {
    AtomicInteger next = new AtomicInteger();
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++)
      threads.add(CompletableFuture.runAsync(() -> some(batches, next)));
    try {
      threads.forEach(CompletableFuture::join);
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof UncheckedIOException broken) throw broken.getCause();
      throw failed;
    }
  }

  private static void some(List<Batch> batches, AtomicInteger next) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BATCH);
    Map<Integer, ProcessMemory> memories = new HashMap<>();
    try {
      for (int i; (i = next.getAndIncrement()) < batches.size(); ) {
        Batch batch = batches.get(i);
        read(batch, buffer.clear().limit(batch.length()));
        memories
            .computeIfAbsent(batch.process(), ProcessMemory::new)
            .write(buffer.flip(), batch.parts());
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } finally {
      memories.values().forEach(Fill::close);
    }
  }

  private static void read(Batch batch, ByteBuffer into) throws IOException {
    while (into.hasRemaining())
      if (batch.pages().read(into, batch.place() + into.position()) <= 0)
        throw new EOFException("pages are missing");
  }

  private static void close(Closeable file) {
    try {
      file.close();
    } catch (IOException written) {
      // Nothing can be lost: what was written is in its place.
    }
  }
}
