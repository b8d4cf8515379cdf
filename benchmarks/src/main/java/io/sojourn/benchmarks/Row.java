package io.sojourn.benchmarks;

/** Writes rows of a comparison into a section. */
record Row(Section section, Jdk jdk, Subject subject) {
  /**
   * @param promised the ratio at most; NaN where nothing is promised
   */
  void add(String what, String unit, Series ours, Series plain, double promised) {
    double ratio = ours.median() / plain.median();
    boolean isPromised = !Double.isNaN(promised);
    section.row(
        jdk.title(),
        what,
        ours.text(unit),
        plain.text(unit),
        Series.number(ratio),
        isPromised
            ? "≤ " + Series.number(promised) + (ratio <= promised ? ", kept" : ", **not kept**")
            : "",
        String.valueOf(ours.size()));
    String program = subject.title().split(",", 2)[0];
    if (isPromised)
      section.ratios().add(new Section.Ratio(program + ": " + what, jdk.title(), ratio, promised));
  }
}
