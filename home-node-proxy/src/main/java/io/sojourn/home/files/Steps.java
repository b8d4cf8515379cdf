package io.sojourn.home.files;

import io.sojourn.protocol.files.Request;

/**
 * What is told how far a request has come, on the thread that does it: so that tests can stop it.
 */
interface Steps {
  Steps NONE =
      new Steps() {
        @Override
        public void begins(Request request) {}

        @Override
        public void after(Step step) {}
      };

  /** In this order. */
  enum Step {
    /** It is noted what there was before. */
    INTENT,
    /** The kernel has done it. */
    CALL,
    /** The answer is noted. */
    NOTE,
    /** The guest is told. */
    ANSWER
  }

  void begins(Request request);

  void after(Step step);
}
