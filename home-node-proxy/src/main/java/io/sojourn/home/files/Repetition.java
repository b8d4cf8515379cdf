package io.sojourn.home.files;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.protocol.files.Request;

/**
 * What becomes of a request that a guest makes again, since it has not heard the answer: the daemon
 * that was asked first may have done it and died.
 */
enum Repetition {
  /** It changes nothing: it is done again. */
  FREE,

  /**
   * This daemon answers what it has answered: lookups are counted, locks queue. The next one does
   * it again. It counts no lookups of files that were known before it; locks went with the daemon
   * that held them; what is closed stays closed; and an open file has its request's number, by
   * which the ledger knows it.
   */
  REMEMBERED,

  /**
   * The next daemon, too, answers what was answered: done again it would undo what others have done
   * since. A daemon that dies between the call and the note of it leaves it to be done again, and
   * that is right: nobody can have built on a call that has not returned. But who else has changed
   * the same bytes or attributes at home in just these microseconds is overwritten; nothing tells
   * whether that came before.
   */
  NOTED,

  /**
   * The same, and done again it would fail or do something else. So what there is before it is
   * noted, too, and {@link Look} tells whether it was done.
   */
  LOOKED_AT;

  /** FALLOC_FL_COLLAPSE_RANGE of fallocate(2), and FALLOC_FL_INSERT_RANGE. */
  static final int COLLAPSE = 0x08, INSERT = 0x20;

  private static final int XATTR_CREATE = 1;

  static Repetition of(Request request) {
    return switch (request.getCallCase()) {
      case GET_ATTRIBUTES,
          READ_LINK,
          READ,
          FILE_SYSTEM,
          ACCESS,
          GET_EXTENDED,
          LIST_EXTENDED,
          SEEK,
          SYNC,
          TEST_LOCK,
          DIGEST,
          CALL_NOT_SET ->
          FREE;
      case READ_DIRECTORY -> request.getReadDirectory().getPlus() ? REMEMBERED : FREE;
      case LOOKUP, FORGET, DISOWN, OPEN, OPEN_DIRECTORY, RELEASE, FLUSH, SET_LOCK, WHOLE_LOCK ->
          REMEMBERED;
      // What an earlier daemon has connected to says nothing, and nothing was said to it.
      case CONNECT_SOCKET, FIFO -> REMEMBERED;
      // A file without a name goes with the daemon that has it open: the guest needs another.
      case CREATE -> request.getCreate().getName().isEmpty() ? REMEMBERED : LOOKED_AT;
      // To a length, to a mode, to a time: the same at each time.
      case SET_ATTRIBUTES -> NOTED;
      case WRITE -> appends(request) ? LOOKED_AT : NOTED;
      case ALLOCATE ->
          (request.getAllocate().getMode() & (COLLAPSE | INSERT)) != 0 ? LOOKED_AT : NOTED;
      // XATTR_REPLACE finds what it has set itself.
      case SET_EXTENDED ->
          (request.getSetExtended().getFlags() & XATTR_CREATE) != 0 ? LOOKED_AT : NOTED;
      // Within one file, what is copied to its end makes the source longer.
      case REMOVE_EXTENDED, COPY_RANGE -> LOOKED_AT;
      case SYMLINK, MAKE_NODE, MAKE_DIRECTORY, LINK, UNLINK, REMOVE_DIRECTORY, RENAME -> LOOKED_AT;
    };
  }

  static boolean appends(Request request) {
    return (request.getWrite().getFlags() & FileCalls.O_APPEND) != 0;
  }

  /** Whether this daemon keeps the answer. */
  boolean remembered() {
    return this != FREE;
  }

  /** Whether the next one needs it. */
  boolean noted() {
    return this == NOTED || this == LOOKED_AT;
  }
}
