package io.sojourn.node.cli;

/**
 * What the doctor found about one thing.
 *
 * @param name "CRIU"
 * @param state how it is
 * @param found what is there
 * @param mend what to do; "" where nothing is to be done
 */
record Check(String name, State state, String found, String mend) {
  enum State {
    OK,
    /** Works, with a limit that a user should know. */
    NOTE,
    /** Nothing can be frozen or restored without it. */
    MISSING
  }

  static Check ok(String name, String found) {
    return new Check(name, State.OK, found, "");
  }

  static Check note(String name, String found, String mend) {
    return new Check(name, State.NOTE, found, mend);
  }

  static Check missing(String name, String found, String mend) {
    return new Check(name, State.MISSING, found, mend);
  }
}
