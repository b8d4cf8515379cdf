package io.sojourn.migrate;

import java.util.concurrent.ThreadFactory;

/** Virtual threads, by reflection: JDK 17 has none. */
final class VirtualThreads {
  private VirtualThreads() {}

  /** Makes unstarted virtual threads with this name. */
  static ThreadFactory factory(String name) {
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
      virtual = builder.getMethod("name", String.class).invoke(virtual, name);
      return (ThreadFactory)
          Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(virtual);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
