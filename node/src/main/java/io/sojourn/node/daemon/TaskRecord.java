package io.sojourn.node.daemon;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What is known of a task beyond its life.
 *
 * @param id given by its agent, for all its lives
 * @param uid of its owner
 * @param home name of the node where it was started
 * @param incarnation the highest that is known
 * @param lastImage directory of its newest image; "" for none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record TaskRecord(
    String id,
    String name,
    String mainClass,
    int uid,
    String home,
    int incarnation,
    String lastImage) {

  TaskRecord withIncarnation(int highest) {
    return new TaskRecord(id, name, mainClass, uid, home, highest, lastImage);
  }

  TaskRecord withHome(String node) {
    return new TaskRecord(id, name, mainClass, uid, node, incarnation, lastImage);
  }

  TaskRecord withLastImage(String directory) {
    return new TaskRecord(id, name, mainClass, uid, home, incarnation, directory);
  }
}
