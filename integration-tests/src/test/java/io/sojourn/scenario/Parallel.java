package io.sojourn.scenario;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A program of several members that must keep step, whose result is the same to the bit as that of
 * one alone. Each appends to {@code log-RANK} of its directory how far it is; the first ends all of
 * them when it gets SIGTERM.
 */
interface Parallel {

  /**
   * A member's class and arguments.
   *
   * @param address at which the others reach it
   */
  List<String> member(int rank, int members, Path home, String address);

  /** How far a member is that has written this line. */
  long step(String line);

  /** So many steps are a good deal. */
  int stride();

  /** How the last line begins that a member prints. */
  String last(int rank);

  /**
   * Compares the result with that of one alone that has done as much.
   *
   * @param output of the first
   */
  void compare(int members, Path home, String output) throws IOException, InterruptedException;
}
