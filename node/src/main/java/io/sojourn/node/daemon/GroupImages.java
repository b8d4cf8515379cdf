package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.image.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Images of groups: each part is an image of a task, and says which others belong to it. */
final class GroupImages {
  /**
   * What there is of one.
   *
   * @param parts that are there, as they are listed
   */
  record Found(GroupImage description, List<ImageDirectory> parts) {
    String name() {
      return nameOf(description);
    }

    boolean has(String taskId) {
      return description.getPartsList().stream().anyMatch(p -> p.getTaskId().equals(taskId));
    }

    boolean complete() {
      return parts.size() == description.getPartsCount();
    }
  }

  private final ImageLookup images;

  GroupImages(ImageLookup images) {
    this.images = images;
  }

  /** "sim@3". */
  static String nameOf(GroupImage image) {
    return image.getGroup() + "@" + image.getNumber();
  }

  /** The images of a group that can be restored, the newest first. */
  List<Found> complete(String group, Caller caller) {
    return all(caller, image -> image.getGroup().equals(group)).stream()
        .filter(Found::complete)
        .toList();
  }

  /** Names of those, of whichever group, that can be restored. */
  Set<String> complete(Caller caller) {
    return all(caller, image -> true).stream()
        .filter(Found::complete)
        .map(Found::name)
        .collect(Collectors.toSet());
  }

  /**
   * @param text a group's name: its newest complete image; or an image's
   */
  Found find(String text, Caller caller) {
    int at = text.indexOf('@');
    String group = at < 0 ? text : text.substring(0, at);
    List<Found> found = all(caller, image -> image.getGroup().equals(group));
    for (Found one : found) {
      if (at < 0 ? !one.complete() : !one.name().equals(text)) continue;
      if (!one.complete()) throw incomplete(one);
      return one;
    }
    throw OperationException.notFound(
        at >= 0
            ? "no image '" + text + "'"
            : found.isEmpty()
                ? "group " + group + " has no image"
                : "none of the images of group " + group + " is complete",
        "ckpt images lists what there is; make one with ckpt checkpoint --group " + group);
  }

  /** What there is of an image, by its name. */
  List<ImageDirectory> parts(String name, Caller caller) {
    return all(caller, image -> nameOf(image).equals(name)).stream()
        .flatMap(found -> found.parts().stream())
        .toList();
  }

  /** The number of a group's next image, whoever may see the others. */
  int next(String group, Caller caller) {
    return all(caller, image -> image.getGroup().equals(group)).stream()
            .mapToInt(found -> found.description().getNumber())
            .max()
            .orElse(0)
        + 1;
  }

  /** The newest first. */
  private List<Found> all(Caller caller, Predicate<GroupImage> wanted) {
    Map<GroupImage, List<ImageDirectory>> there = new HashMap<>();
    for (ImageCatalog.Entry entry : images.visible(caller))
      entry
          .image()
          .filter(image -> image.manifest().hasGroup())
          .filter(image -> wanted.test(image.manifest().getGroup()))
          .ifPresent(
              image ->
                  there
                      .computeIfAbsent(image.manifest().getGroup(), unseen -> new ArrayList<>())
                      .add(image));
    List<Found> found = new ArrayList<>();
    there.forEach((image, parts) -> found.add(new Found(image, listed(image, parts))));
    found.sort(Comparator.comparingInt((Found one) -> one.description().getNumber()).reversed());
    return found;
  }

  private static List<ImageDirectory> listed(GroupImage image, List<ImageDirectory> parts) {
    List<ImageDirectory> listed = new ArrayList<>();
    for (GroupImage.Part part : image.getPartsList())
      parts.stream().filter(one -> is(one.manifest(), part)).findFirst().ifPresent(listed::add);
    return listed;
  }

  private static boolean is(Manifest image, GroupImage.Part part) {
    return image.getName().equals(part.getImage())
        && image.getTask().getId().equals(part.getTaskId());
  }

  private static OperationException incomplete(Found image) {
    List<String> missing = new ArrayList<>();
    for (GroupImage.Part part : image.description().getPartsList())
      if (image.parts().stream().noneMatch(one -> is(one.manifest(), part)))
        missing.add(part.getImage() + " of task " + part.getTask());
    return OperationException.refused(
        "of image %s are missing: %s".formatted(image.name(), String.join(", ", missing)),
        "restore another one of the group's images: ckpt images");
  }
}
