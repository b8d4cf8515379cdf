package io.sojourn.examples.heat;

import java.nio.ByteBuffer;

/**
 * Some neighbouring rows of a plate whose rim has a fixed temperature. A cell's next temperature is
 * the mean of its four neighbours', of the step before: so no order of work changes a bit of it.
 */
final class Strip {
  private final int columns;
  private double[][] now;
  private double[][] next;

  /**
   * @param first the strip's first row, of the plate's
   * @param rows of the strip
   * @param plateRows of the whole plate, without its rim
   */
  Strip(int first, int rows, int plateRows, int columns) {
    this.columns = columns;
    now = new double[rows + 2][columns + 2];
    next = new double[rows + 2][columns + 2];
    for (int row = 0; row < rows + 2; row++)
      for (int column = 0; column < columns + 2; column++) {
        double rim = rim(first + row - 1, column - 1, plateRows);
        now[row][column] = rim;
        next[row][column] = rim;
      }
  }

  /** Hot above, colder to the left the further down; all that is inside begins at zero. */
  private double rim(int row, int column, int plateRows) {
    if (row < 0) return 100;
    if (column < 0) return 50.0 * (plateRows - row) / plateRows;
    return 0;
  }

  int rows() {
    return now.length - 2;
  }

  /** The first or the last row of the strip itself, which the neighbour there needs. */
  double[] edge(boolean upper) {
    return now[upper ? 1 : rows()];
  }

  /** The row beyond: the neighbour's edge, or the rim. */
  double[] beyond(boolean upper) {
    return now[upper ? 0 : rows() + 1];
  }

  void step() {
    for (int row = 1; row <= rows(); row++) {
      double[] above = now[row - 1], here = now[row], below = now[row + 1];
      for (int column = 1; column <= columns; column++)
        next[row][column] =
            ((above[column] + below[column]) + (here[column - 1] + here[column + 1])) / 4;
    }
    double[][] before = now;
    now = next;
    next = before;
  }

  /** All temperatures, row by row, as big-endian doubles. */
  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(rows() * columns * Double.BYTES);
    for (int row = 1; row <= rows(); row++)
      for (int column = 1; column <= columns; column++) bytes.putDouble(now[row][column]);
    return bytes.array();
  }
}
