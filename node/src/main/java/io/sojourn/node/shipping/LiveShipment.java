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

/**
 * An image that is sent while it is still being written, so that little is left to send when it is
 * done. To be closed; if it has not been finished by then, nothing of it stays on the other node.
 */
public final class LiveShipment implements AutoCloseable {
  private final Shipment shipment;
  private final Cargo cargo;
  private final GrowingPages pages;
  private final Transfer transfer;
  private final CompletableFuture<ByteString> manifest = new CompletableFuture<>();
  private final Future<PublishResponse> sending;

  LiveShipment(
      Shipment shipment, Path directory, Cargo cargo, Transfer transfer, ExecutorService workers) {
    this.shipment = shipment;
    this.cargo = cargo;
    this.transfer = transfer;
    pages = new GrowingPages(directory, cargo);
    sending = workers.submit(() -> transfer.run(this::awaitManifest));
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
    pages.close();
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
      if (failure.getCause() instanceof RuntimeException known) throw known;
      throw new IllegalStateException(failure.getCause());
    } catch (IOException unreadable) {
      throw OperationException.failed(
          "image " + image.name() + " cannot be read: " + unreadable.getMessage(),
          "ckpt verify " + image.name(),
          unreadable);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw OperationException.failed("the daemon is about to end", "start it again");
    }
  }

  /** It is not needed any more: {@link #finish} fails, soon. On any thread. */
  public void cancel() {
    transfer.cancel();
  }

  @Override
  public void close() {
    pages.close();
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
