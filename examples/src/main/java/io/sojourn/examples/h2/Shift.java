package io.sojourn.examples.h2;

import io.sojourn.examples.Stop;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

/**
 * What all tellers of a run share.
 *
 * @param journal where they note what was acknowledged
 * @param times of their calls
 * @param faults where they say what went wrong
 * @param stop when they end, each after its transaction
 * @param pace waited between the statements of a transaction
 * @param announcements where each transaction is announced when its first rows are in
 */
record Shift(
    Journal journal,
    CallTimes times,
    Faults faults,
    Stop stop,
    Duration pace,
    Optional<PrintStream> announcements) {}
