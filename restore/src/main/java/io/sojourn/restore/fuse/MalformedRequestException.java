package io.sojourn.restore.fuse;

/** The kernel, or who pretends to be it, has said what the protocol does not allow. */
final class MalformedRequestException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedRequestException(String what) {
    super(what);
  }
}
