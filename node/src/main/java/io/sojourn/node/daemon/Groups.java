package io.sojourn.node.daemon;

import io.sojourn.node.move.Moves;
import java.io.IOException;
import java.util.concurrent.ExecutorService;

/** What is done with groups of tasks. */
record Groups(GroupMembers members, GroupSchedules schedules, GroupRestores restores) {
  /** Removes what an earlier daemon has left half done. */
  static Groups open(
      NodeConfig config,
      Checkpoints checkpoints,
      Restores restores,
      Schedules schedules,
      ImageCalls calls,
      TaskLookup tasks,
      ImageLookup lookup,
      ImageCatalog catalog,
      TaskRegistry registry,
      Operations operations,
      Moves moves,
      Errands errands,
      ExecutorService workers)
      throws IOException {
    GroupIntents intents = new GroupIntents(config.stateDirectory().resolve("groups"));
    intents.sweep(catalog.repository());
    GroupLocks locks = new GroupLocks(config.runDirectory());
    locks.sweep();
    GroupImages images = new GroupImages(lookup);
    GroupMembers members = new GroupMembers(tasks, images, moves, errands);
    GroupCheckpoints groupCheckpoints =
        new GroupCheckpoints(
            checkpoints, members, images, catalog, operations, intents, locks, workers);
    return new Groups(
        members,
        new GroupSchedules(
            config.stateDirectory().resolve("group-schedules"),
            groupCheckpoints,
            images,
            calls,
            schedules,
            registry,
            operations),
        new GroupRestores(
            restores, images, new GroupSurvivors(registry, moves), operations, locks, workers));
  }
}
