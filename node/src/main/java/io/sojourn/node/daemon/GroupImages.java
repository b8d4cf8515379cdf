package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.archive.Archive;
import io.sojourn.protocol.group.ListPartsResponse;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.image.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Images of groups: each part is an image of a task, and says which others belong to it. */
final class GroupImages {
  /**
   * What there is of one.
   *
   * @param parts that are in this node's repository, as they are listed
   * @param self this node's name
   */
  record Found(GroupImage description, List<ImageDirectory> parts, String self) {
    String name() {
      return nameOf(description);
    }

    boolean has(String taskId) {
      return description.getPartsList().stream().anyMatch(p -> p.getTaskId().equals(taskId));
    }

    /** Their ids. */
    List<String> tasks() {
      return description.getPartsList().stream().map(GroupImage.Part::getTaskId).toList();
    }

    int uid() {
      return parts.get(0).manifest().getTask().getUid();
    }

    boolean isHere(GroupImage.Part part) {
      return part.getNode().isEmpty() || part.getNode().equals(self);
    }

    /** Of the tasks that are at home here. */
    List<ImageDirectory> here() {
      return of(this::isHere);
    }

    /** Those of some of the tasks. */
    private List<ImageDirectory> of(Predicate<GroupImage.Part> which) {
      return description.getPartsList().stream()
          .filter(which)
          .flatMap(part -> parts.stream().filter(one -> is(one.manifest(), part)))
          .toList();
    }

    /** Names of the other nodes that have parts. */
    Set<String> elsewhere() {
      return description.getPartsList().stream()
          .filter(part -> !isHere(part))
          .map(GroupImage.Part::getNode)
          .collect(Collectors.toSet());
    }

    /**
     * The nodes whose the parts are, by the tasks' ids.
     *
     * @param alone there are no other nodes
     */
    Map<String, String> origins(boolean alone) {
      Map<String, String> origins = new HashMap<>();
      for (GroupImage.Part part : description.getPartsList()) {
        // All were on one node, and this one knows of it by the repository.
        Optional<String> maker =
            of(part::equals).stream()
                .filter(image -> !alone && !image.isHere())
                .map(image -> image.manifest().getMachine().getNode())
                .findFirst();
        origins.put(
            part.getTaskId(), part.getNode().isEmpty() ? maker.orElse(self) : part.getNode());
      }
      return origins;
    }

    /** "heat2 on node b". */
    String title(GroupImage.Part part) {
      return part.getTask() + (isHere(part) ? "" : " on node " + part.getNode());
    }

    /** Those that are not in this node's repository, and should be in others'. */
    private List<GroupImage.Part> missing() {
      return description.getPartsList().stream()
          .filter(part -> parts.stream().noneMatch(one -> is(one.manifest(), part)))
          .toList();
    }
  }

  private final ImageLookup images;
  private final String self;
  private final GroupCalls calls;
  private final Archive archive;

  /**
   * @param calls to other nodes, which say what parts they have
   * @param archive knows what other nodes have stored
   */
  GroupImages(ImageLookup images, String self, GroupCalls calls, Archive archive) {
    this.images = images;
    this.self = self;
    this.calls = calls;
    this.archive = archive;
  }

  /** "sim@3". */
  static String nameOf(GroupImage image) {
    return image.getGroup() + "@" + image.getNumber();
  }

  /**
   * The images of a group that can be restored, the newest first; and those of which nobody knows
   * it, as nodes with parts do not answer.
   */
  List<Found> notIncomplete(String group, Caller caller) {
    GroupParts elsewhere = new GroupParts(calls);
    return all(caller, image -> image.getGroup().equals(group)).stream()
        .filter(
            found ->
                elsewhere.missing(found.description(), found.missing()).stream()
                    .allMatch(part -> elsewhere.silent(part.getNode())))
        .toList();
  }

  /** Names of those, of whichever group, that can be restored. */
  Set<String> complete(Caller caller) {
    GroupParts elsewhere = new GroupParts(calls);
    return all(caller, image -> true).stream()
        .filter(found -> elsewhere.missing(found.description(), found.missing()).isEmpty())
        .map(Found::name)
        .collect(Collectors.toSet());
  }

  /** The newest one of which this node has its part. */
  Optional<Found> newest(String group, Caller caller) {
    return all(caller, image -> image.getGroup().equals(group)).stream()
        .filter(found -> found.missing().stream().noneMatch(found::isHere))
        .findFirst();
  }

  /**
   * @param text a group's name: its newest complete image; or an image's
   * @param giveUp what nodes have that do not answer
   * @param report is warned of images that are given up, too
   */
  Found find(String text, boolean giveUp, Caller caller, Report report) {
    archive.refresh();
    int at = text.indexOf('@');
    String group = at < 0 ? text : text.substring(0, at);
    List<Found> found = all(caller, image -> image.getGroup().equals(group));
    GroupParts elsewhere = new GroupParts(calls);
    for (Found one : found) {
      if (at >= 0 && !one.name().equals(text)) continue;
      List<GroupImage.Part> missing = elsewhere.missing(one.description(), one.missing());
      if (missing.isEmpty()) {
        if (at < 0) refuseOlder(one, found.get(0), group);
        return one;
      }
      if (!giveUp) refuseUnknown(one, missing, elsewhere);
      if (at >= 0) throw incomplete(one, missing);
      if (giveUp)
        report.warn(
            "image %s is passed over, parts of it are given up with their nodes: %s"
                .formatted(one.name(), titles(one, missing)));
    }
    throw OperationException.notFound(
        at >= 0
            ? "no image '" + text + "'"
            : found.isEmpty()
                ? "group " + group + " has no image"
                : "none of the images of group " + group + " is complete",
        "ckpt images lists what there is; make one with ckpt checkpoint --group " + group);
  }

  /** Nor one than what is not in the repository yet, and on other nodes only. */
  private void refuseOlder(Found found, Found known, String group) {
    calls
        .newestElsewhere(group)
        .filter(newest -> newest.number() > known.description().getNumber())
        .ifPresent(
            newest -> {
              throw OperationException.refused(
                  "image %s@%d is on node %s, and not known here yet"
                      .formatted(group, newest.number(), newest.node()),
                  "restore it there, or when it is stored (ckpt images), or another one: --group "
                      + found.name());
            });
  }

  /** An older one instead would be a surprise. */
  private static void refuseUnknown(
      Found image, List<GroupImage.Part> missing, GroupParts elsewhere) {
    String nodes =
        missing.stream()
            .map(GroupImage.Part::getNode)
            .filter(elsewhere::silent)
            .distinct()
            .collect(Collectors.joining(", "));
    if (!nodes.isEmpty())
      throw OperationException.refused(
          "node %s, which has parts of image %s, does not answer".formatted(nodes, image.name()),
          "see whether its daemon runs (ckpt nodes), or name another image: ckpt images");
  }

  /**
   * The parts of an image that are of some of its tasks.
   *
   * @throws OperationException one of them is not there
   */
  List<ImageDirectory> of(GroupImage image, Predicate<GroupImage.Part> which) {
    Found one = found(image);
    // Another node may have stored it just now.
    if (one.missing().stream().anyMatch(which) && !archive.place().none()) {
      archive.refreshNow();
      one = found(image);
    }
    List<GroupImage.Part> missing = one.missing().stream().filter(which).toList();
    if (!missing.isEmpty()) throw incomplete(one, missing);
    return one.of(which);
  }

  private Found found(GroupImage image) {
    return all(Caller.onBehalfOf(0), image::equals).stream()
        .findFirst()
        .orElseGet(() -> new Found(image, List.of(), self));
  }

  /** All parts that are here, for other nodes. */
  ListPartsResponse list() {
    ListPartsResponse.Builder list = ListPartsResponse.newBuilder();
    for (Found found : all(Caller.onBehalfOf(0), image -> true))
      for (ImageDirectory part : found.parts())
        list.addParts(
            ListPartsResponse.Part.newBuilder()
                .setGroupImage(found.name())
                .setImage(part.name())
                .setTaskId(part.manifest().getTask().getId()));
    return list.build();
  }

  /** Other nodes that should have parts of an image of this name. */
  Set<String> elsewhere(String name, Caller caller) {
    return all(caller, image -> nameOf(image).equals(name)).stream()
        .flatMap(found -> found.elsewhere().stream())
        .collect(Collectors.toSet());
  }

  /** What there is of an image here, by its name. */
  List<ImageDirectory> parts(String name, Caller caller) {
    return all(caller, image -> nameOf(image).equals(name)).stream()
        .flatMap(found -> found.here().stream())
        .toList();
  }

  /** The number of a group's next image, whoever may see the others. */
  int next(String group) {
    return all(Caller.onBehalfOf(0), image -> image.getGroup().equals(group)).stream()
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
    there.forEach((image, parts) -> found.add(new Found(image, listed(image, parts), self)));
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

  private static String titles(Found image, List<GroupImage.Part> missing) {
    return missing.stream()
        .map(part -> part.getImage() + " of task " + image.title(part))
        .collect(Collectors.joining(", "));
  }

  private static OperationException incomplete(Found image, List<GroupImage.Part> missing) {
    return OperationException.refused(
        "of image %s are missing: %s".formatted(image.name(), titles(image, missing)),
        "restore another one of the group's images: ckpt images");
  }
}
