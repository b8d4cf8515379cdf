package io.sojourn.victim;

import io.sojourn.migrate.Checkpoint;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * Dies as it is told to, and counts. "count" adds one and tells the sum; "segv" writes where
 * nothing is; "eat" takes memory until somebody stops it; "now" has an image made, and tells in
 * which of its two lives that call returned.
 */
public final class Fragile {
  private static int count;
  private static volatile String now = "not yet";

  public static void main(String[] args) throws Exception {
    Control.serve(
        question -> {
          if (question.startsWith("exit ")) return exit(Integer.parseInt(question.substring(5)));
          return switch (question) {
            case "count" -> String.valueOf(++count);
            case "segv" -> later(Fragile::fault);
            case "eat" -> later(Fragile::eat);
            case "now" -> later(() -> now = Checkpoint.now().toString());
            case "outcome" -> now;
            default -> "here";
          };
        });
  }

  private static String later(Runnable work) {
    now = "not yet";
    Thread thread = new Thread(work, "later");
    thread.setDaemon(true);
    Control.afterwards(thread::start);
    return "begun";
  }

  private static String exit(int status) {
    return later(() -> System.exit(status));
  }

  private static void fault() {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field the = unsafe.getDeclaredField("theUnsafe");
      the.setAccessible(true);
      unsafe.getMethod("putAddress", long.class, long.class).invoke(the.get(null), 0L, 1L);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** As much as its heap may have, each page of it touched. */
  private static void eat() {
    List<byte[]> eaten = new ArrayList<>();
    while (true) {
      byte[] more = new byte[1 << 20];
      for (int i = 0; i < more.length; i += 4096) more[i] = 1;
      eaten.add(more);
    }
  }

  private Fragile() {}
}
