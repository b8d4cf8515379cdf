package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.protocol.files.Fifo;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * FIFOs at home that the task opens by their names. Nothing here waits for who opens the other end:
 * the guest node asks again for as long as the task waits there.
 */
final class FifoCalls {
  private static final Logger LOG = LoggerFactory.getLogger(FifoCalls.class);

  private final GuestFiles files;

  FifoCalls(GuestFiles files) {
    this.files = files;
  }

  /** See the protocol's Fifo for what it gives. */
  long perform(Node node, Fifo call) throws Refused {
    try {
      return switch (call.getActionCase()) {
        case OPEN_TO_READ -> open(node, FileCalls.O_RDONLY);
        case OPEN_TO_WRITE -> open(node, FileCalls.O_WRONLY);
        case HAS_COME -> files.made().hasCome(call.getHasCome()) ? 1 : 0;
        case GIVE_UP -> {
          files.made().giveUp(call.getGiveUp());
          yield 0;
        }
        case ACTION_NOT_SET -> throw new Refused(ErrorNumber.ENOSYS);
      };
    } catch (IOException nobody) {
      LOG.warn("a FIFO of a task that is away is given up: {}", nobody.getMessage());
      throw new Refused(ErrorNumber.EIO);
    }
  }

  /** Who writes waits at home for who reads (ENXIO), and does not for who will write. */
  private long open(Node node, int direction) throws Refused, IOException {
    if (!node.fifo()) throw new Refused(ErrorNumber.EINVAL);
    int end;
    try (SharedDescriptor.Use file = node.use()) {
      end = Refused.checked(FileCalls.reopen(file.fd(), direction | FileCalls.O_NONBLOCK));
    }
    try {
      return files.made().keepFifo(end);
    } finally {
      FileCalls.close(end);
    }
  }
}
