package io.sojourn.repository;

/**
 * A stretch of a file, and where it is cut into chunks.
 *
 * @param offset in the file
 */
record Segment(long offset, int[] lengths) {
  int length() {
    int sum = 0;
    for (int length : lengths) sum += length;
    return sum;
  }
}
