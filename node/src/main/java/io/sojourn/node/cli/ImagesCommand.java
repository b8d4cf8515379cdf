package io.sojourn.node.cli;

import io.sojourn.protocol.node.ImageSummary;
import io.sojourn.protocol.node.ListImagesRequest;
import io.sojourn.protocol.node.ListRolledBackRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "images", description = "Lists the images of this node, the newest first.")
final class ImagesCommand extends NodeCall {
  @Parameters(arity = "0..1", paramLabel = "TASK", description = "Only those of this one.")
  private @Nullable String task;

  @Option(
      names = "--rolled-back",
      description = "Instead: what files held before restores put them back, and where it is kept.")
  private boolean rolledBack;

  @Override
  public Integer call() {
    return rolledBack ? rolledBack() : images();
  }

  private int rolledBack() {
    try (NodeClient client = connect()) {
      var entries =
          client
              .node()
              .listRolledBack(
                  ListRolledBackRequest.newBuilder().setTask(task == null ? "" : task).build())
              .getEntriesList();
      if (json()) print(RolledBackList.toJson(entries));
      else print(RolledBackList.toTable(entries, System.currentTimeMillis()));
    }
    return 0;
  }

  private int images() {
    List<ImageSummary> images;
    try (NodeClient client = connect()) {
      images =
          client
              .node()
              .listImages(ListImagesRequest.newBuilder().setTask(task == null ? "" : task).build())
              .getImagesList();
    }
    if (json()) print(toJson(images));
    else print(toTable(images, System.currentTimeMillis()));
    return 0;
  }

  static JsonText toJson(List<ImageSummary> images) {
    JsonText text = new JsonText().object().array("images");
    for (ImageSummary image : images)
      text.object()
          .put("name", image.getName())
          .put("task", image.getTask())
          .put("taskId", image.getTaskId())
          .put("kind", image.getKind())
          .put("incarnation", image.getIncarnation())
          .put("createdEpochMillis", image.getCreatedEpochMillis())
          .put("bytes", image.getBytes())
          .put("directory", image.getDirectory())
          .put("here", image.getHere())
          .put("stored", image.getStored())
          .put("problem", image.getProblem().isEmpty() ? null : image.getProblem())
          .put("groupImage", image.getGroupImage().isEmpty() ? null : image.getGroupImage())
          .put("groupComplete", !image.getGroupImage().isEmpty() && !image.getGroupIncomplete())
          .end();
    return text.end().end();
  }

  static String toTable(List<ImageSummary> images, long nowMillis) {
    // Who has no repository, or no group, is not told of it.
    boolean places = images.stream().anyMatch(ImageSummary::getStored);
    boolean groups = images.stream().anyMatch(image -> !image.getGroupImage().isEmpty());
    List<String> head = new ArrayList<>(List.of("IMAGE", "TASK", "KIND", "LIFE>", "SIZE>", "MADE"));
    if (places) head.add("WHERE");
    if (groups) head.add("OF GROUP");
    Table table = new Table(head.toArray(String[]::new));
    for (ImageSummary image : images)
      if (image.getProblem().isEmpty()) table.row(row(image, nowMillis, places, groups));
      else table.row(image.getName(), image.getProblem(), "-", "-", "-", "-");
    return table.toString();
  }

  private static String[] row(ImageSummary image, long nowMillis, boolean places, boolean groups) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                image.getName(),
                image.getTask() + " (" + image.getTaskId() + ")",
                image.getKind(),
                String.valueOf(image.getIncarnation()),
                Units.bytes(image.getBytes()),
                Units.ago(image.getCreatedEpochMillis(), nowMillis)));
    if (places)
      cells.add(!image.getStored() ? "here" : image.getHere() ? "here, stored" : "stored");
    if (groups) cells.add(group(image));
    return cells.toArray(String[]::new);
  }

  private static String group(ImageSummary image) {
    if (image.getGroupImage().isEmpty()) return "-";
    return image.getGroupImage() + (image.getGroupIncomplete() ? ", incomplete" : "");
  }
}
