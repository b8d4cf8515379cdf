package io.sojourn.node.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Columns of text, as wide as their widest. */
final class Table {
  private final List<String[]> rows = new ArrayList<>();
  private final boolean[] right;

  /**
   * @param titles a trailing '>' sets the column's contents to the right
   */
  Table(String... titles) {
    right = new boolean[titles.length];
    String[] heads = new String[titles.length];
    for (int i = 0; i < titles.length; i++) {
      right[i] = titles[i].endsWith(">");
      heads[i] = titles[i].replaceAll(">$", "");
    }
    rows.add(heads);
  }

  Table row(String... cells) {
    rows.add(cells);
    return this;
  }

  @Override
  public String toString() {
    int[] widths = new int[right.length];
    for (String[] row : rows)
      for (int i = 0; i < row.length; i++) widths[i] = Math.max(widths[i], row[i].length());
    return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n"));
  }

  private String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      String padding = " ".repeat(widths[i] - row[i].length());
      line.append(right[i] ? padding + row[i] : row[i] + padding).append("  ");
    }
    return line.toString().stripTrailing();
  }
}
