package io.sojourn.node.move;

import io.sojourn.checkpointer.PreCopy;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a way out sends while the task runs on: a copy of its memory, where there can be one. The
 * rest of its image follows on the same way.
 */
final class Ahead implements AutoCloseable {
  private final Outbound outbound;
  private final @Nullable PreCopy copy;

  private Ahead(Outbound outbound, @Nullable PreCopy copy) {
    this.outbound = outbound;
    this.copy = copy;
  }

  /** Nothing is sent before the task stands still. */
  static Ahead nothing(Outbound outbound) {
    return new Ahead(outbound, null);
  }

  /**
   * When this returns, the copy is on its way.
   *
   * @param copy this one's from now on
   * @param outbound makes a way
   * @param image the name that the image will have
   */
  static Ahead send(PreCopy copy, Supplier<Outbound> outbound, String image, Report report) {
    Outbound way = outbound.get();
    try {
      report.phase("pre-copy", () -> way.ahead(image, copy.member(), copy::read));
      return new Ahead(way, copy);
    } catch (RuntimeException failed) {
      way.close();
      boolean lives = copy.lives();
      copy.close();
      if (lives) throw failed;
      report.warn(PreCopy.GONE);
      return nothing(outbound.get());
    }
  }

  Outbound outbound() {
    return outbound;
  }

  Optional<PreCopy> copy() {
    return Optional.ofNullable(copy);
  }

  /**
   * Before there is nothing else of the task here.
   *
   * @throws OperationException this could not give an image its memory any more
   */
  void check() {
    if (copy != null && !copy.lives())
      throw OperationException.failed(
          "the copy of the task's memory is gone: memory is short",
          "the task runs on; make room, or migrate it with --lazy");
  }

  /** The image is to be restored here. */
  void into(ImageDirectory image) {
    if (copy != null)
      Step.of(
          "to complete the image",
          () -> {
            copy.into(image.path());
            return image;
          });
  }

  @Override
  public void close() {
    outbound.close();
    if (copy != null) copy.close();
  }
}
