package io.sojourn.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All sections, those of earlier runs too, as JSON, as one Markdown page and as a plot. */
final class Results {
  static final String TABLE = "results.md";
  private static final String DATA = "results.json";
  private static final String PLOT = "ratios.png";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** What the data file holds. */
  record Data(Map<String, Section> sections) {}

  private final Path folder;
  private final List<String> order;
  private final Map<String, Section> sections;

  private Results(Path folder, List<String> order, Map<String, Section> sections) {
    this.folder = folder;
    this.order = order;
    this.sections = sections;
  }

  /**
   * @param order of the benchmarks in the table, by name
   */
  static Results in(Path folder, List<String> order) throws IOException {
    Files.createDirectories(folder);
    Path data = folder.resolve(DATA);
    Map<String, Section> earlier =
        Files.exists(data)
            ? JSON.readValue(data.toFile(), Data.class).sections()
            : Map.<String, Section>of();
    return new Results(folder, order, new TreeMap<>(earlier));
  }

  void put(String name, Section section) {
    sections.put(name, section);
  }

  void write() throws IOException {
    Files.writeString(folder.resolve(DATA), json() + "\n");
    Files.writeString(folder.resolve(TABLE), markdown());
    List<Section.Ratio> ratios = new ArrayList<>();
    inOrder().forEach(section -> ratios.addAll(section.ratios()));
    if (!ratios.isEmpty()) Plot.write(ratios, folder.resolve(PLOT));
  }

  private String json() throws JsonProcessingException {
    return JSON.writeValueAsString(new Data(sections));
  }

  private List<Section> inOrder() {
    return order.stream().filter(sections::containsKey).map(sections::get).toList();
  }

  private String markdown() {
    StringBuilder page = new StringBuilder("# Measured\n\n");
    page.append("Written by `benchmarks/run`; what each round does is said in")
        .append(" [../README.md](../README.md). Medians, and in brackets the least and the")
        .append(" largest. A ratio is ours to theirs.\n\n")
        .append("![ratios](")
        .append(PLOT)
        .append(")\n");
    for (Section section : inOrder()) {
      page.append("\n## ").append(section.title()).append("\n\n");
      line(page, section.columns());
      line(page, section.columns().stream().map(column -> "---").toList());
      section.rows().forEach(row -> line(page, row));
      page.append('\n');
      section.notes().forEach(note -> page.append("- ").append(note).append('\n'));
      page.append("- ")
          .append(section.date())
          .append(", ")
          .append(section.machine())
          .append("; `")
          .append(section.command())
          .append("`.\n");
    }
    return page.toString();
  }

  private static void line(StringBuilder page, List<String> cells) {
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
