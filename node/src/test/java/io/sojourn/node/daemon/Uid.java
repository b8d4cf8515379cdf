package io.sojourn.node.daemon;

import io.sojourn.engine.linux.Proc;

/** Whom the tests run as, and somebody else. */
public final class Uid {
  public static final int MINE = Proc.owner((int) ProcessHandle.current().pid())[0];
  public static final int STRANGER = MINE + 4711;

  private Uid() {}
}
