package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Five hundred threads and more, in every way to wait; each must have gone on at each question. */
public final class Threads {
  private static final int OF_EACH = 100;

  /** One thing that goes on for ever, and counts. */
  private interface Step {
    void run() throws Exception;
  }

  private record Counted(String name, AtomicLong count) {}

  private static final List<Counted> counters = new ArrayList<>();
  private static volatile String failure = "";

  public static void main(String[] args) throws Exception {
    Object monitor = new Object();
    long[] inMonitor = {0};
    LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
    CyclicBarrier barrier = new CyclicBarrier(OF_EACH);
    for (int i = 0; i < OF_EACH; i++) {
      platform("sleep", () -> Thread.sleep(20));
      platform(
          "monitor",
          () -> {
            synchronized (monitor) {
              inMonitor[0]++;
              monitor.wait(10);
            }
          });
      platform("park", () -> LockSupport.parkNanos(20_000_000));
      platform(
          "queue",
          () -> {
            queue.put(1);
            queue.take();
            Thread.sleep(5);
          });
      platform(
          "barrier",
          () -> {
            barrier.await();
            Thread.sleep(10);
          });
    }
    forkJoin();
    scheduled();
    if (Runtime.version().feature() >= 21) tenThousandVirtual();
    Object never = new Object();
    Thread waiting =
        new Thread(
            () -> {
              synchronized (never) {
                try {
                  never.wait();
                } catch (InterruptedException e) {
                  return;
                }
              }
            },
            "waits for ever");
    waiting.setDaemon(true);
    waiting.start();
    Control.serve(
        question -> {
          long[] before = counters.stream().mapToLong(counted -> counted.count().get()).toArray();
          long deadline = System.nanoTime() + 20_000_000_000L;
          for (int i = 0; i < before.length; i++) {
            Counted counted = counters.get(i);
            while (counted.count().get() == before[i]) {
              require(System.nanoTime() < deadline, counted.name() + " stands still");
              Thread.sleep(1);
            }
          }
          require(failure.isEmpty(), failure);
          require(waiting.getState() == Thread.State.WAITING, "waits: " + waiting.getState());
          return "all " + before.length;
        });
  }

  private static AtomicLong count(String name) {
    AtomicLong count = new AtomicLong();
    counters.add(new Counted(name, count));
    return count;
  }

  private static Runnable loop(String name, Step step) {
    AtomicLong count = count(name);
    return () -> {
      try {
        while (true) {
          step.run();
          count.incrementAndGet();
        }
      } catch (Exception e) {
        failure = name + ": " + e;
      }
    };
  }

  private static void platform(String name, Step step) {
    Thread thread = new Thread(null, loop(name, step), name, 256 << 10);
    thread.setDaemon(true);
    thread.start();
  }

  private static void forkJoin() {
    platform(
        "fork-join",
        () -> {
          long sum = ForkJoinPool.commonPool().submit(new Sum(0, 100_000)).get();
          require(sum == 100_000L * 99_999 / 2, "sum " + sum);
        });
  }

  private static final class Sum extends RecursiveTask<Long> {
    private final int from;
    private final int to;

    Sum(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    protected Long compute() {
      if (to - from > 1000) {
        Sum left = new Sum(from, (from + to) / 2), right = new Sum((from + to) / 2, to);
        left.fork();
        return right.compute() + left.join();
      }
      long sum = 0;
      for (int i = from; i < to; i++) sum += i;
      return sum;
    }
  }

  private static void scheduled() {
    ScheduledExecutorService executor =
        Executors.newScheduledThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "scheduled");
              thread.setDaemon(true);
              return thread;
            });
    AtomicLong atRate = count("at a rate"), withDelay = count("with a delay");
    executor.scheduleAtFixedRate(atRate::incrementAndGet, 0, 10, TimeUnit.MILLISECONDS);
    executor.scheduleWithFixedDelay(withDelay::incrementAndGet, 0, 10, TimeUnit.MILLISECONDS);
  }

  /** By reflection: this class runs on JDK 17 as well. */
  private static void tenThousandVirtual() throws Exception {
    var start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    for (int i = 0; i < 10_000; i++) start.invoke(null, loop("virtual", () -> Thread.sleep(1000)));
  }

  private Threads() {}
}
