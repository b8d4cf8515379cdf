package io.sojourn.migrate.crac;

/**
 * The thread of a round that no program's thread asked for. No daemon thread: callbacks may stop
 * everything that keeps the program alive, as a web server does, and the program must not end
 * between those before the checkpoint and those after it.
 */
final class RoundThread extends Thread {
  RoundThread(Round round) {
    super(mainGroup(), round, "Sojourn CRaC callbacks", 0, false);
    setDaemon(false);
    setContextClassLoader(ClassLoader.getSystemClassLoader());
  }

  /**
   * Threads that callbacks start are in the group of the thread that runs them: not in the group
   * "system" of the control thread, where nobody looks for them.
   */
  private static ThreadGroup mainGroup() {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) top = top.getParent();
    ThreadGroup[] below = new ThreadGroup[top.activeGroupCount() + 8];
    int count = top.enumerate(below, false);
    for (int i = 0; i < count; i++) if (below[i].getName().equals("main")) return below[i];
    return top;
  }
}
