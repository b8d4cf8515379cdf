package io.sojourn.node.move;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.shipping.Content;
import io.sojourn.node.shipping.LiveShipment;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.image.Member;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The image of a task that leaves: sent while CRIU writes it, from memory into memory. */
final class Outbound implements AutoCloseable {
  private final Shipping shipping;
  private final String task;
  private final String taskId;
  private final String node;
  private final Report report;
  private volatile @Nullable LiveShipment shipment;
  private volatile boolean cancelled;

  /**
   * @param task its name, of which the image has its own
   */
  Outbound(Shipping shipping, String task, String taskId, String node, Report report) {
    this.shipping = shipping;
    this.task = task;
    this.taskId = taskId;
    this.node = node;
    this.report = report;
  }

  /**
   * Sends a member before the image is written.
   *
   * @param image the name that it will have
   */
  void ahead(String image, Member member, Content content) {
    begin(image).send(member, content);
  }

  /**
   * It is about to be written there.
   *
   * @param image the name that it will have
   */
  void begin(Path draft, String image) {
    LiveShipment begun = shipment;
    (begun != null ? begun : begin(image)).follow(draft);
  }

  private LiveShipment begin(String image) {
    LiveShipment begun =
        shipping.begin(image, task, taskId, node, Shipping.Place.MEMORY, report.listener());
    shipment = begun;
    return begun;
  }

  /** It is not to leave any more: {@link #finish} fails. On any thread. */
  void cancel() {
    cancelled = true;
    LiveShipment begun = shipment;
    if (begun != null) begun.cancel();
  }

  /** It is written: sends what is left. */
  Shipping.Shipped finish(ImageDirectory image) {
    LiveShipment begun = shipment;
    if (begun == null) throw new IllegalStateException("nothing was written");
    if (cancelled) begun.cancel();
    return begun.finish(image, report);
  }

  /** Where it has not been finished, nothing of it stays on the other node. */
  @Override
  public void close() {
    LiveShipment begun = shipment;
    if (begun != null) begun.close();
  }
}
