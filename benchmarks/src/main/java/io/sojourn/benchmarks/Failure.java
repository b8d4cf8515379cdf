package io.sojourn.benchmarks;

/** A measurement that could not be made; the message says why. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1;

  Failure(String message) {
    super(message);
  }

  Failure(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }
}
