package io.sojourn.engine.stream;

/** The other side said what cannot be. */
final class WireException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WireException(String message) {
    super(message);
  }
}
