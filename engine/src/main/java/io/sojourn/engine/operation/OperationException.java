package io.sojourn.engine.operation;

import org.jspecify.annotations.Nullable;

/** Why an operation was not, or not fully, done: what is in the way, and how to mend it. */
public final class OperationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What a caller may conclude; the exit status of {@code ckpt} follows from it. */
  public enum Kind {
    /** Begun without success; the task runs on as before. */
    FAILED,
    /** The request made no sense. */
    USAGE,
    /** No such task, image or node. */
    NOT_FOUND,
    /** Refused before anything was touched. */
    REFUSED
  }

  private final Kind kind;
  private final String mend;

  private OperationException(Kind kind, String message, String mend, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.mend = mend;
  }

  public static OperationException failed(String message, String mend) {
    return new OperationException(Kind.FAILED, message, mend, null);
  }

  public static OperationException failed(String message, String mend, Throwable cause) {
    return new OperationException(Kind.FAILED, message, mend, cause);
  }

  public static OperationException refused(String message, String mend) {
    return new OperationException(Kind.REFUSED, message, mend, null);
  }

  public static OperationException notFound(String message, String mend) {
    return new OperationException(Kind.NOT_FOUND, message, mend, null);
  }

  public static OperationException usage(String message, String mend) {
    return new OperationException(Kind.USAGE, message, mend, null);
  }

  public Kind kind() {
    return kind;
  }

  /** What the reader can do about it; "" where nothing is known. */
  public String mend() {
    return mend;
  }
}
