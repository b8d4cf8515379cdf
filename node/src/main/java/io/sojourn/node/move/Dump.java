package io.sojourn.node.move;

import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.protocol.move.DepartRequest;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import java.time.Duration;

/** The dump of a task on the node where it is away, which ships its image here. */
final class Dump {
  private Dump() {}

  /**
   * The task stands still there when this returns; where it fails, it runs on there.
   *
   * @param options of a freeze, without callbacks
   */
  static DepartResponse begin(
      Moves.Settings settings, MovedTask task, String node, CheckpointOptions options) {
    DepartRequest request =
        DepartRequest.newBuilder()
            .setLife(Face.life(task))
            .setCollection(collection(options.collection()))
            .setPauseLimitMillis(options.pauseLimit().toMillis())
            .setGuardLimitMillis(options.guardLimit().toMillis())
            .setGhostLimitBytes(options.ghostLimitBytes())
            .build();
    return Step.at(
        node,
        () ->
            Parts.whole(
                GuestWorldsGrpc.newBlockingStub(settings.peers().get().channel(node))
                    .depart(request)));
  }

  private static DepartRequest.Collection collection(CheckpointOptions.Collection wanted) {
    return switch (wanted) {
      case AUTO -> DepartRequest.Collection.AUTO;
      case FULL -> DepartRequest.Collection.FULL;
      case NONE -> DepartRequest.Collection.NONE;
    };
  }

  /** What home asks for. */
  static CheckpointOptions options(DepartRequest request) {
    CheckpointOptions usual = CheckpointOptions.FREEZE;
    return new CheckpointOptions(
        true,
        switch (request.getCollection()) {
          case FULL -> CheckpointOptions.Collection.FULL;
          case NONE -> CheckpointOptions.Collection.NONE;
          default -> CheckpointOptions.Collection.AUTO;
        },
        false,
        orElse(request.getPauseLimitMillis(), usual.pauseLimit()),
        orElse(request.getGuardLimitMillis(), usual.guardLimit()),
        request.getGhostLimitBytes() > 0 ? request.getGhostLimitBytes() : usual.ghostLimitBytes(),
        usual.files());
  }

  private static Duration orElse(long millis, Duration usual) {
    return millis > 0 ? Duration.ofMillis(millis) : usual;
  }
}
