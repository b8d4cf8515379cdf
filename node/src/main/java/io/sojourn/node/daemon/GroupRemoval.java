package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes images of groups, on all nodes that have parts of them. */
final class GroupRemoval {
  private static final Logger log = LoggerFactory.getLogger(GroupRemoval.class);
  private static final Caller ROOT = Caller.onBehalfOf(0);

  private final GroupImages images;
  private final ImageCalls calls;
  private final GroupCalls others;

  GroupRemoval(GroupImages images, ImageCalls calls, GroupCalls others) {
    this.images = images;
    this.calls = calls;
    this.others = others;
  }

  /** What cannot be reached stays, and is no whole image any more. */
  void everywhere(String image) {
    for (String node : images.elsewhere(image, ROOT))
      try {
        others.removeParts(node, image);
      } catch (OperationException away) {
        log.warn("parts of image {} stay on node {}: {}", image, node, away.getMessage());
      }
    here(image);
  }

  void here(String image) {
    images.parts(image, ROOT).forEach(part -> calls.removeIfThere(part.path()));
  }
}
