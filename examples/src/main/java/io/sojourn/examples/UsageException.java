package io.sojourn.examples;

/** What is wrong with a command line, said to the user who typed it. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with a message that names the option. */
  public UsageException(String message) {
    super(message);
  }
}
