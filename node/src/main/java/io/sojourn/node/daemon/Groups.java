package io.sojourn.node.daemon;

import io.sojourn.node.move.Moves;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * What is done with groups of tasks.
 *
 * @param part this node's in images
 */
record Groups(
    GroupMembers members,
    GroupImages images,
    CheckpointPart part,
    GroupSchedules schedules,
    GroupRestores restores,
    GroupRemoval removal) {
  /** Removes what an earlier daemon has left half done. */
  static Groups open(
      NodeConfig config,
      Checkpoints checkpoints,
      Restores restores,
      Schedules schedules,
      ImageCalls imageCalls,
      TaskLookup tasks,
      GroupImages images,
      GroupCalls calls,
      ImageCatalog catalog,
      TaskRegistry registry,
      Operations operations,
      Moves moves,
      Errands errands,
      Ownership ownership,
      Supplier<InetAddress> address,
      ExecutorService workers)
      throws IOException {
    GroupIntents intents = new GroupIntents(config.stateDirectory().resolve("groups"));
    intents.sweep(catalog.repository());
    GroupLocks locks = new GroupLocks(config.runDirectory());
    locks.sweep();
    GroupMembers members = new GroupMembers(tasks, images, moves);
    GroupNodes nodes = new GroupNodes(config.nodeName(), members, errands);
    GroupRemoval removal = new GroupRemoval(images, imageCalls, calls);
    CheckpointPart part =
        new CheckpointPart(
            checkpoints, members, images, catalog, operations, intents, locks, workers);
    GroupSurvivors survivors = new GroupSurvivors(registry, moves);
    return new Groups(
        members,
        images,
        part,
        new GroupSchedules(
            config.stateDirectory().resolve("group-schedules"),
            new GroupCheckpoints(part, members, nodes, calls, removal, workers),
            images,
            removal,
            schedules,
            registry,
            operations),
        new GroupRestores(
            new RestorePart(
                restores,
                survivors,
                new GroupArrivals(config.nodeName(), ownership, address),
                operations,
                locks,
                workers),
            images,
            survivors,
            nodes,
            calls,
            ownership,
            workers),
        removal);
  }
}
