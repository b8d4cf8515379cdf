package io.sojourn.node.shipping;

import com.google.protobuf.ByteString;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.peer.PublishResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * An image that is sent while it is still being written, so that little is left to send when it is
 * done. To be closed; if it has not been finished by then, nothing of it stays on the other node.
 */
public final class LiveShipment implements AutoCloseable {
  private static final long LOOK_MILLIS = 100;

  private final Shipment shipment;
  private final Cargo cargo;
  private final Transfer transfer;
  private final CompletableFuture<ByteString> manifest = new CompletableFuture<>();
  private final Future<PublishResponse> sending;
  private @Nullable GrowingPages pages;

  LiveShipment(Shipment shipment, Cargo cargo, Transfer transfer, ExecutorService workers) {
    this.shipment = shipment;
    this.cargo = cargo;
    this.transfer = transfer;
    sending = workers.submit(() -> transfer.run(this::awaitManifest));
  }

  /**
   * Sends a member that is there as a whole, before the image is being written. When this returns,
   * it is on its way.
   */
  public void send(Member member, Content content) {
    cargo.has(member.getName(), content, member.getSize());
    try {
      while (!cargo.isTaken(LOOK_MILLIS)) if (sending.isDone()) sending.get();
    } catch (ExecutionException failure) {
      throw explained(failure);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * The rest is being written.
   *
   * @param directory of the draft; it may be renamed when the image is published
   */
  public void follow(Path directory) {
    pages = new GrowingPages(directory, cargo);
  }

  private void followNoMore() {
    if (pages != null) pages.close();
  }

  private ByteString awaitManifest() {
    try {
      return manifest.join();
    } catch (CompletionException givenUp) {
      throw OperationException.failed(
          "image " + shipment.image() + " was not finished", "see why it was given up");
    }
  }

  /**
   * The image is written: sends what is left. When this returns, it is whole on the other node;
   * when it throws, there is nothing of it there.
   *
   * @param image as it was published, in the directory that was followed or under its final name
   */
  public Shipping.Shipped finish(ImageDirectory image, Report report) {
    return report.phase("ship", () -> finish(image));
  }

  private Shipping.Shipped finish(ImageDirectory image) {
    followNoMore();
    try {
      for (Member member : image.manifest().getMembersList())
        cargo.grown(image.path(), member.getName(), member.getSize());
      cargo.complete();
      manifest.complete(Shipping.manifest(image));
      PublishResponse done = sending.get();
      return new Shipping.Shipped(
          shipment.node(),
          done.getImage(),
          done.getDirectory(),
          image.bytes(),
          transfer.wireBytes());
    } catch (ExecutionException failure) {
      throw explained(failure);
    } catch (IOException unreadable) {
      throw OperationException.failed(
          "image " + image.name() + " cannot be read: " + unreadable.getMessage(),
          "ckpt verify " + image.name(),
          unreadable);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static RuntimeException explained(ExecutionException failure) {
    return failure.getCause() instanceof RuntimeException known
        ? known
        : new IllegalStateException(failure.getCause());
  }

  private static OperationException interrupted() {
    Thread.currentThread().interrupt();
    return OperationException.failed("the daemon is about to end", "start it again");
  }

  /** It is not needed any more: {@link #finish} fails, soon. On any thread. */
  public void cancel() {
    transfer.cancel();
  }

  @Override
  public void close() {
    followNoMore();
    manifest.completeExceptionally(new IllegalStateException("closed"));
    transfer.cancel();
    try {
      // It abandons the image there, if that was not published.
      sending.get();
    } catch (ExecutionException said) {
      // By finish(), or wanted.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      cargo.close();
    }
  }
}
