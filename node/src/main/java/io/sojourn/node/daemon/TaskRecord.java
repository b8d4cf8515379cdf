package io.sojourn.node.daemon;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Objects;

/**
 * What is known of a task beyond its life.
 *
 * @param id given by its agent, for all its lives
 * @param uid of its owner
 * @param home name of the node where it was started
 * @param incarnation the highest that is known
 * @param lastImage directory of its newest image; "" for none
 * @param group that it belongs to; "" for none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record TaskRecord(
    String id,
    String name,
    String mainClass,
    int uid,
    String home,
    int incarnation,
    String lastImage,
    String group) {
  /** Earlier daemons knew no groups. */
  TaskRecord {
    group = Objects.requireNonNullElse(group, "");
  }

  TaskRecord withIncarnation(int highest) {
    return new TaskRecord(id, name, mainClass, uid, home, highest, lastImage, group);
  }

  TaskRecord withHome(String node) {
    return new TaskRecord(id, name, mainClass, uid, node, incarnation, lastImage, group);
  }

  TaskRecord withLastImage(String directory) {
    return new TaskRecord(id, name, mainClass, uid, home, incarnation, directory, group);
  }

  TaskRecord withGroup(String name) {
    return new TaskRecord(id, this.name, mainClass, uid, home, incarnation, lastImage, name);
  }
}
