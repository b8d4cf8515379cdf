package io.sojourn.node.shipping;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.image.Trees;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.peer.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs and unpacks something at the daemon's start: the first image that is shipped afterwards
 * finds the classes loaded and the loops compiled, while its task stands still.
 */
public final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);
  private static final int PIECES = 48;

  /** Other processes of this node do the same, in the same place. */
  private static final String NAME = "warm-up-" + ProcessHandle.current().pid();

  private WarmUp() {}

  /**
   * @param inMemory where images arrive that shall not touch a disk
   */
  public static void run(Path inMemory) {
    // Of a name that is swept, should this process die.
    Path directory = inMemory.resolve(ImageDraft.PREFIX + NAME);
    try {
      PrivateDirectory.make(inMemory);
      Trees.delete(directory);
      PrivateDirectory.make(directory);
      ship(directory);
    } catch (IOException full) {
      log.debug("not warmed up: {}", full.toString());
    } finally {
      Trees.delete(directory);
    }
  }

  private static void ship(Path directory) throws IOException {
    Digest.Running digest = new Digest.Running();
    ByteBuffer content = ByteBuffer.allocateDirect(Packing.LARGEST);
    Random random = new Random(1);
    try (ArrivingMember member = new ArrivingMember(directory, NAME, true)) {
      for (int i = 0; i < PIECES; i++) {
        fill(content.clear(), random, i);
        digest.add(content.duplicate());
        Piece.Builder piece =
            Piece.newBuilder().setMember(NAME).setOffset((long) i * Packing.LARGEST);
        Packing.pack(content, piece);
        member.append(Piece.parseFrom(piece.build().toByteArray()));
      }
      member.finish(
          Member.newBuilder()
              .setName(NAME)
              .setSize((long) PIECES * Packing.LARGEST)
              .setDigest(digest.text())
              .build());
    }
  }

  /** As memory is: some zeros, some that shrinks, some that does not. */
  private static void fill(ByteBuffer content, Random random, int kind) {
    int values = kind % 4 == 0 ? 1 : kind % 4 == 1 ? Integer.MAX_VALUE : 16;
    while (content.hasRemaining()) content.putLong(values == 1 ? 0 : random.nextInt(values));
    content.flip();
  }
}
