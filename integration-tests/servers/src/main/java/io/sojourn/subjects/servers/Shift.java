package io.sojourn.subjects.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets workers work until stdin ends. Says every 50 ms how often each has been done, and at the end
 * how long the longest took; then "right", where all checks say so. The first error ends all, with
 * its trace and status 1.
 */
final class Shift {
  private static final int EVERY_MILLIS = 50;

  private record Worker(Work work, AtomicLong done, AtomicLong longestMillis) {}

  private final List<Worker> workers = new ArrayList<>();
  private volatile boolean over;

  Shift with(Work work) {
    workers.add(new Worker(work, new AtomicLong(), new AtomicLong()));
    return this;
  }

  void run() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (Worker one : workers) threads.add(thread(() -> work(one)));
    Thread saying = thread(this::say);
    while (System.in.read() >= 0) continue;
    over = true;
    for (Thread thread : threads) thread.join();
    saying.join();
    for (Worker one : workers) one.work().check();
    for (Worker one : workers) one.work().close();
    System.out.println("longest " + workers.stream().map(Worker::longestMillis).toList() + " ms");
    System.out.println("right");
    System.exit(0);
  }

  private void work(Worker one) throws Exception {
    while (!over) {
      long begun = System.nanoTime();
      one.work().once();
      long took = (System.nanoTime() - begun) / 1_000_000;
      one.done().incrementAndGet();
      one.longestMillis().accumulateAndGet(took, Math::max);
    }
  }

  private void say() throws InterruptedException {
    while (!over) {
      System.out.println("done " + String.join(" ", counts()));
      Thread.sleep(EVERY_MILLIS);
    }
  }

  private List<String> counts() {
    return workers.stream().map(one -> "" + one.done()).toList();
  }

  private interface Task {
    void run() throws Exception;
  }

  private static Thread thread(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Throwable failure) {
                failure.printStackTrace(System.out);
                System.out.flush();
                Runtime.getRuntime().halt(1);
              }
            });
    thread.start();
    return thread;
  }
}
