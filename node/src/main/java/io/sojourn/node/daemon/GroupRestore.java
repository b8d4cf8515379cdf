package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.protocol.image.GroupImage;
import java.util.List;

/**
 * What of a group is to be run again on this node.
 *
 * @param image the whole
 * @param uid whose
 * @param parts those that are of tasks of this node
 */
record GroupRestore(GroupImage image, int uid, List<ImageDirectory> parts) {
  static GroupRestore of(GroupImages.Found found) {
    return new GroupRestore(found.description(), found.uid(), found.here());
  }

  String name() {
    return GroupImages.nameOf(image);
  }

  String group() {
    return image.getGroup();
  }

  boolean has(String taskId) {
    return image.getPartsList().stream().anyMatch(part -> part.getTaskId().equals(taskId));
  }
}
