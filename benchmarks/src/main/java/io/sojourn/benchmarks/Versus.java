package io.sojourn.benchmarks;

/** Writes rows that compare ours with something else, where more may be better. */
record Versus(Section section, String jdk) {
  static Section section(Plan plan, String title, String name) {
    return Section.of(
        plan, title, name, "what", "ours", "against", "theirs", "ratio", "promised", "rounds");
  }

  /**
   * Where less is better.
   *
   * @param promised the ratio at most; NaN where nothing is promised
   */
  void less(String what, String unit, Series ours, String peer, Series theirs, double promised) {
    double ratio = ours.median() / theirs.median();
    row(what, unit, ours, peer, theirs, ratio, promise("≤", promised, ratio <= promised));
    if (!Double.isNaN(promised))
      section.ratios().add(new Section.Ratio(what + " / " + peer, jdk, ratio, promised));
  }

  /**
   * Where more is better; the plot shows it the other way round, as times.
   *
   * @param promised the ratio at least; NaN where nothing is promised
   */
  void more(String what, String unit, Series ours, String peer, Series theirs, double promised) {
    double ratio = ours.median() / theirs.median();
    row(what, unit, ours, peer, theirs, ratio, promise("≥", promised, ratio >= promised));
    if (!Double.isNaN(promised))
      section.ratios().add(new Section.Ratio(what + " / " + peer, jdk, 1 / ratio, 1 / promised));
  }

  /** A figure that has a limit of its own. */
  void limit(String what, String unit, Series ours, double most) {
    section.row(
        what,
        ours.text(unit),
        "",
        "",
        "",
        promise("≤", most, ours.median() <= most).replace(",", " " + unit + ","),
        String.valueOf(ours.size()));
  }

  private void row(
      String what,
      String unit,
      Series ours,
      String peer,
      Series theirs,
      double ratio,
      String promise) {
    section.row(
        what,
        ours.text(unit),
        peer,
        theirs.text(unit),
        Series.number(ratio),
        promise,
        String.valueOf(ours.size()));
  }

  private static String promise(String sign, double promised, boolean kept) {
    if (Double.isNaN(promised)) return "";
    return sign + " " + Series.number(promised) + (kept ? ", kept" : ", **not kept**");
  }
}
