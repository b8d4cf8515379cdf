package io.sojourn.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The ratios to plain CRIU beside what is promised, as bars. */
final class Plot {
  private static final List<Color> MEASURED = List.of(new Color(0x2b6cb0), new Color(0x63b3ed));
  private static final Color PROMISED = new Color(0xd8d8d8);

  private Plot() {}

  static void write(List<Section.Ratio> ratios, Path file) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1000)
            .height(520)
            .title("Ours to plain CRIU: ratios of medians, less is better")
            .build();
    List<String> whats = ratios.stream().map(Section.Ratio::what).distinct().toList();
    List<String> jdks = ratios.stream().map(Section.Ratio::jdk).distinct().toList();
    for (int i = 0; i < jdks.size(); i++) {
      String jdk = jdks.get(i);
      List<Section.Ratio> own = ratios.stream().filter(r -> r.jdk().equals(jdk)).toList();
      add(chart, jdk, whats, own, Section.Ratio::value, MEASURED.get(i % MEASURED.size()));
    }
    add(chart, "promised at most", whats, ratios, Section.Ratio::promised, PROMISED);
    CategoryStyler styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setXAxisLabelRotation(30);
    styler.setYAxisMin(0.0);
    styler.setYAxisDecimalPattern("0.0");
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
  }

  private static void add(
      CategoryChart chart,
      String name,
      List<String> whats,
      List<Section.Ratio> ratios,
      ToDoubleFunction<Section.Ratio> number,
      Color color) {
    List<Double> values = whats.stream().map(what -> first(ratios, what, number)).toList();
    chart.addSeries(name, whats, values).setFillColor(color);
  }

  private static double first(
      List<Section.Ratio> ratios, String what, ToDoubleFunction<Section.Ratio> number) {
    return ratios.stream()
        .filter(ratio -> ratio.what().equals(what))
        .mapToDouble(number)
        .findFirst()
        .orElse(0);
  }
}
