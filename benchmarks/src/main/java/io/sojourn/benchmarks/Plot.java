package io.sojourn.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The ratios to plain CRIU beside what is promised, as bars. */
final class Plot {
  private static final Color MEASURED = new Color(0x2b6cb0);
  private static final Color PROMISED = new Color(0xd0d0d0);

  private Plot() {}

  static void write(List<Section.Ratio> ratios, Path file) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(160 + 60 * ratios.size())
            .height(560)
            .title("Ours to plain CRIU: ratio of medians (less is better)")
            .build();
    List<String> names = ratios.stream().map(Section.Ratio::what).toList();
    add(chart, "measured", names, ratios.stream().map(Section.Ratio::value).toList(), MEASURED);
    add(chart, "promised", names, ratios.stream().map(Section.Ratio::promised).toList(), PROMISED);
    CategoryStyler styler = chart.getStyler();
    styler.setLegendPosition(LegendPosition.InsideNW);
    styler.setXAxisLabelRotation(60);
    styler.setYAxisMin(0.0);
    styler.setYAxisDecimalPattern("0.0");
    VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
  }

  private static void add(
      CategoryChart chart, String name, List<String> names, List<Double> values, Color color) {
    chart.addSeries(name, names, values).setFillColor(color);
  }
}
