package io.sojourn.benchmarks;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * The results of one benchmark; kept as JSON beside the table, so that others may be measured anew
 * without it.
 *
 * @param title of its table
 * @param date of the measurement
 * @param command that repeats it
 * @param columns of its table
 * @param rows of its table
 * @param notes below its table
 * @param ratios for the plot
 * @param machine that was measured on
 */
record Section(
    String title,
    String date,
    String command,
    List<String> columns,
    List<List<String>> rows,
    List<String> notes,
    List<Ratio> ratios,
    String machine) {
  /**
   * Ours to plain CRIU's.
   *
   * @param what was compared
   * @param jdk that was measured on
   * @param promised at most; what SPECIFICATION.md promises
   */
  record Ratio(String what, String jdk, double value, double promised) {}

  static Section of(Plan plan, String title, String name, String... columns) {
    return new Section(
        title,
        ZonedDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z")),
        "benchmarks/run --only " + name,
        List.of(columns),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        Machine.describe(plan.jdks()));
  }

  void row(String... cells) {
    System.err.println("   " + String.join(" | ", cells));
    rows.add(List.of(cells));
  }

  void note(String note) {
    System.err.println("   " + note);
    notes.add(note);
  }
}
