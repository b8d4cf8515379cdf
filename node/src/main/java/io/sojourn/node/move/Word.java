package io.sojourn.node.move;

import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.LeaveRequest;
import io.sojourn.protocol.move.StayRequest;
import io.sojourn.protocol.move.TaskLife;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a guest node what has been decided of a life there, so that it need not wait until it asks
 * by itself. Where it cannot be told, it does ask.
 */
final class Word {
  private static final Logger log = LoggerFactory.getLogger(Word.class);
  private static final int PATIENCE_SECONDS = 5;

  private final Moves.Settings settings;
  private final String node;
  private final TaskLife life;

  Word(Moves.Settings settings, String node, TaskLife life) {
    this.settings = settings;
    this.node = node;
    this.life = life;
  }

  /** It runs on there. */
  void stay() {
    say(() -> stub().stay(StayRequest.newBuilder().setLife(life).build()));
  }

  /** It is over there. */
  void leave() {
    say(() -> stub().leave(LeaveRequest.newBuilder().setLife(life).build()));
  }

  private GuestWorldsGrpc.GuestWorldsBlockingStub stub() {
    return GuestWorldsGrpc.newBlockingStub(settings.peers().get().channel(node))
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private void say(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException unheard) {
      log.info("node {} will ask about life {}: {}", node, life.getIncarnation(), "" + unheard);
    }
  }
}
