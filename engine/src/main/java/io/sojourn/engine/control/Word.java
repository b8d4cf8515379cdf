package io.sojourn.engine.control;

/** The 32-bit words of a control block, by their offset. */
enum Word {
  REQUEST(16),
  REPLY(20),
  EVENT(24),
  PHASE(28),
  STOP(32),
  GO(36),
  OUTCOME(40),
  COMMAND(44),
  GC_MODE(48),
  FLAGS(52),
  PAUSE_LIMIT_MILLIS(56),
  GUARD_LIMIT_MILLIS(60),
  RESULT(64),
  INCARNATION(68),
  THREADS(72),
  COLLECTED(76),
  KEEPER(5620),
  KEPT(5624),
  SNAPSHOT(5628),
  SNAPSHOT_MADE(5632),
  SNAPSHOT_PID(5636);

  final int offset;

  Word(int offset) {
    this.offset = offset;
  }
}
