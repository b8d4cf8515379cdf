package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

/** Loads the same class again and again by new loaders, and runs it until it is compiled. */
public final class Compiling {
  /** What is loaded. */
  public static final class Template implements LongUnaryOperator {
    @Override
    public long applyAsLong(long seed) {
      long value = seed;
      for (int i = 0; i < 20_000; i++) value = value * 6364136223846793005L + (i ^ value >>> 7);
      return value;
    }
  }

  private static final class Loader extends ClassLoader {
    Loader() {
      super(Compiling.class.getClassLoader());
    }

    Class<?> define(byte[] code) {
      return defineClass(Template.class.getName(), code, 0, code.length);
    }
  }

  private static volatile String failure = "";

  public static void main(String[] args) throws Exception {
    byte[] code;
    try (InputStream in = Compiling.class.getResourceAsStream("Compiling$Template.class")) {
      code = in.readAllBytes();
    }
    long expected = new Template().applyAsLong(42);
    AtomicLong loaded = new AtomicLong();
    for (int i = 0; i < 2; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  while (failure.isEmpty()) {
                    LongUnaryOperator operator =
                        (LongUnaryOperator)
                            new Loader().define(code).getDeclaredConstructor().newInstance();
                    for (int call = 0; call < 50; call++)
                      require(operator.applyAsLong(42) == expected, "call " + call);
                    loaded.incrementAndGet();
                  }
                } catch (Throwable e) {
                  failure = e.toString();
                }
              },
              "loading-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    Control.serve(
        question -> {
          long before = loaded.get();
          while (loaded.get() < before + 20 && failure.isEmpty()) Thread.sleep(1);
          require(failure.isEmpty(), failure);
          return String.valueOf(loaded.get());
        });
  }

  private Compiling() {}
}
