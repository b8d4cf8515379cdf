package io.sojourn.migrate;

import java.lang.reflect.Method;

/**
 * Loads a native library without the check of JEP 472. Used only as a copy in a module that {@code
 * java.lang} is opened to.
 */
public final class UncheckedLoad {
  private UncheckedLoad() {}

  /** Loads {@code file} as if {@code caller} had called {@code System.load}. */
  public static void load(Class<?> caller, String file) throws ReflectiveOperationException {
    Method load = Runtime.class.getDeclaredMethod("load0", Class.class, String.class);
    load.setAccessible(true);
    load.invoke(Runtime.getRuntime(), caller, file);
  }
}
