package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.protocol.group.Place;
import io.sojourn.protocol.image.GroupImage;
import java.util.List;
import java.util.Map;

/**
 * What of a group is to be run again on this node.
 *
 * @param image the whole
 * @param uid whose
 * @param parts those of tasks that are to live on this node
 * @param places of all of them, by the tasks' ids
 */
record GroupRestore(
    GroupImage image, int uid, List<ImageDirectory> parts, Map<String, Place> places) {
  String name() {
    return GroupImages.nameOf(image);
  }

  String group() {
    return image.getGroup();
  }

  boolean has(String taskId) {
    return image.getPartsList().stream().anyMatch(part -> part.getTaskId().equals(taskId));
  }

  /** Whether it is one of the parts. */
  boolean here(String taskId) {
    return parts.stream().anyMatch(part -> part.manifest().getTask().getId().equals(taskId));
  }

  Place place(String taskId) {
    return places.getOrDefault(taskId, Place.getDefaultInstance());
  }
}
