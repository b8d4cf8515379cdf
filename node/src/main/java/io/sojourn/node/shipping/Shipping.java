package io.sojourn.node.shipping;

import com.google.protobuf.ByteString;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.cluster.Peers;
import io.sojourn.protocol.peer.PublishResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** Sends images to other nodes. */
public final class Shipping {
  /** Where an image goes on the other node. */
  public enum Place {
    DISK,
    /** A tmpfs: it never touches a disk, and is gone after a reboot. */
    MEMORY
  }

  /**
   * What has become of it.
   *
   * @param image its name there, which is another where there was one of that name already
   * @param directory its directory there
   * @param wireBytes what went over the network
   */
  public record Shipped(String node, String image, String directory, long bytes, long wireBytes) {}

  private final Supplier<Peers> peers;
  private final ExecutorService workers;
  private final Sender sender;

  private Shipping(Supplier<Peers> peers, ExecutorService workers, boolean worldHost) {
    this.peers = peers;
    this.workers = workers;
    this.sender = new Sender(Transfer.name(), worldHost);
  }

  /**
   * Of a daemon, of which a node has one.
   *
   * @param peers throws where this node is one of no cluster
   */
  public static Shipping ofDaemon(Supplier<Peers> peers, ExecutorService workers) {
    return new Shipping(peers, workers, false);
  }

  /** Of a process beside the daemon that guests live in; a node may have several. */
  public static Shipping ofWorldHost(Supplier<Peers> peers, ExecutorService workers) {
    return new Shipping(peers, workers, true);
  }

  /**
   * Sends a finished image. When this returns, the other node has it as a whole, and has compared
   * every digest; when it throws, there is nothing of it there. A broken link is waited for.
   *
   * @throws OperationException no such node, no room there, or the link is broken for too long
   */
  public Shipped send(ImageDirectory image, String node, Place place, Report report) {
    Verification.quick(image);
    var task = image.manifest().getTask();
    Shipment shipment =
        new Shipment(
            node,
            image.name(),
            task.getName(),
            task.getId(),
            place == Place.MEMORY,
            true,
            Shipment.PATIENCE);
    return report.phase(
        "ship",
        () -> {
          try (Cargo cargo = Cargo.of(image, Transfer.LANES)) {
            Transfer transfer =
                new Transfer(peers.get(), sender, workers, shipment, cargo, report.listener());
            PublishResponse done = transfer.run(() -> manifest(image));
            return new Shipped(
                node, done.getImage(), done.getDirectory(), image.bytes(), transfer.wireBytes());
          } catch (IOException unreadable) {
            throw OperationException.failed(
                "image " + image.name() + " cannot be read: " + unreadable.getMessage(),
                "ckpt verify " + image.name(),
                unreadable);
          }
        });
  }

  /**
   * Begins to send an image that is being written, or will be. One that goes into memory is
   * restored there and not kept: its manifest needs no digests, and none is compared. What came is
   * what was sent all the same, by TLS; and how long each file is, is compared.
   *
   * @param image name that it will have
   */
  public LiveShipment begin(
      String image,
      String task,
      String taskId,
      String node,
      Place place,
      OperationListener listener) {
    boolean inMemory = place == Place.MEMORY;
    Shipment shipment =
        new Shipment(node, image, task, taskId, inMemory, !inMemory, Shipment.PATIENCE);
    Cargo cargo = new Cargo(Transfer.LANES);
    Transfer transfer = new Transfer(peers.get(), sender, workers, shipment, cargo, listener);
    return new LiveShipment(shipment, cargo, transfer, workers);
  }

  static ByteString manifest(ImageDirectory image) {
    try {
      return ByteString.copyFrom(Files.readAllBytes(image.path().resolve(ImageDirectory.MANIFEST)));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
