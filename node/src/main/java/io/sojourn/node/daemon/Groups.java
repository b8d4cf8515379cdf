package io.sojourn.node.daemon;

import io.sojourn.node.move.Moves;
import java.io.IOException;
import java.util.concurrent.ExecutorService;

/** What is done with groups of tasks. */
record Groups(GroupCheckpoints checkpoints, GroupRestores restores) {
  /** Removes what an earlier daemon has left half done. */
  static Groups open(
      NodeConfig config,
      Checkpoints checkpoints,
      Restores restores,
      TaskLookup tasks,
      ImageLookup lookup,
      ImageCatalog catalog,
      TaskRegistry registry,
      Operations operations,
      Moves moves,
      ExecutorService workers)
      throws IOException {
    GroupIntents intents = new GroupIntents(config.stateDirectory().resolve("groups"));
    intents.sweep(catalog.repository());
    GroupLocks locks = new GroupLocks(config.runDirectory());
    locks.sweep();
    GroupImages images = new GroupImages(lookup);
    return new Groups(
        new GroupCheckpoints(
            checkpoints,
            new GroupMembers(tasks, images, moves),
            images,
            catalog,
            operations,
            intents,
            locks,
            workers),
        new GroupRestores(
            restores, images, new GroupSurvivors(registry, moves), operations, locks, workers));
  }
}
