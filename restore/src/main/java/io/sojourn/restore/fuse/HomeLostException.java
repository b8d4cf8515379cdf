package io.sojourn.restore.fuse;

/** Home does not serve a task's files, or no more; the message says why. */
public final class HomeLostException extends Exception {
  private static final long serialVersionUID = 1;

  public HomeLostException(String why, Throwable cause) {
    super(why, cause);
  }
}
