package io.sojourn.node.shipping;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.node.cluster.PeerFailure;
import io.sojourn.node.cluster.Peers;
import io.sojourn.protocol.peer.AbandonRequest;
import io.sojourn.protocol.peer.Arrived;
import io.sojourn.protocol.peer.ImagesGrpc;
import io.sojourn.protocol.peer.OfferRequest;
import io.sojourn.protocol.peer.OfferResponse;
import io.sojourn.protocol.peer.Piece;
import io.sojourn.protocol.peer.PublishRequest;
import io.sojourn.protocol.peer.PublishResponse;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a cargo to another node, with as many attempts as a broken link makes necessary. */
final class Transfer {
  private static final Logger log = LoggerFactory.getLogger(Transfer.class);

  /** Streams at once: one packs while another waits for the network. */
  static final int LANES = 3;

  private static final int CALL_SECONDS = 10;
  private static final int PUBLISH_SECONDS = 120;
  private static final int READY_BYTES = 4 << 20;

  private final Peers peers;
  private final Sender sender;
  private final ExecutorService workers;
  private final Shipment shipment;
  private final Cargo cargo;
  private final OperationListener listener;
  private final String id;
  private final AtomicLong wire = new AtomicLong();
  private int attempt;
  private volatile boolean cancelled;
  private long brokenSinceNanos;
  // The first failure begins to count as well.
  private volatile boolean progressed = true;

  /**
   * @param sender this process
   */
  Transfer(
      Peers peers,
      Sender sender,
      ExecutorService workers,
      Shipment shipment,
      Cargo cargo,
      OperationListener listener) {
    this.peers = peers;
    this.sender = sender;
    this.workers = workers;
    this.shipment = shipment;
    this.cargo = cargo;
    this.listener = listener;
    id = name();
  }

  /** One that nobody guesses, and nobody else has. */
  static String name() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Bytes that have gone over the network, packed; those that a broken link has lost as well. */
  long wireBytes() {
    return wire.get();
  }

  /**
   * To the end: the image has its name on the other node.
   *
   * @param manifest asked for when all members have been sent
   */
  PublishResponse run(Supplier<ByteString> manifest) {
    try {
      while (true) {
        try {
          OfferResponse offer = offer();
          if (offer.hasPublished()) return offer.getPublished();
          send(offer);
          ByteString whole = manifest.get();
          if (cancelled)
            throw OperationException.failed(
                "image " + shipment.image() + " is not needed any more", "see why it was given up");
          return publish(whole);
        } catch (StatusRuntimeException failure) {
          retry(failure);
        }
      }
    } catch (RuntimeException failure) {
      abandon();
      throw failure;
    }
  }

  /** No attempt is made any more, and nothing of the image stays there. */
  void cancel() {
    cancelled = true;
    cargo.stop();
  }

  private void retry(StatusRuntimeException failure) {
    if (cancelled) throw PeerFailure.explain(failure, "node " + shipment.node());
    OperationException explained = PeerFailure.explain(failure, "node " + shipment.node());
    if (!PeerFailure.passing(failure)) throw explained;
    long now = System.nanoTime();
    if (progressed) brokenSinceNanos = now;
    else if (now - brokenSinceNanos > shipment.patience().toNanos())
      throw shipment.givenUp(explained);
    progressed = false;
    log.info(
        "image {} waits for node {}: {}",
        shipment.image(),
        shipment.node(),
        explained.getMessage());
  }

  private OfferResponse offer() {
    OfferResponse offer =
        ImagesGrpc.newBlockingStub(channel())
            // While the link is down this is where the time goes; the channel connects by itself.
            .withWaitForReady()
            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
            .offer(
                OfferRequest.newBuilder()
                    .setTransfer(id)
                    .setImage(shipment.image())
                    .setTask(shipment.task())
                    .setTaskId(shipment.taskId())
                    .setBytes(cargo.total())
                    .setInMemory(shipment.inMemory())
                    .setWithoutDigests(!shipment.digested())
                    .setAttempt(++attempt)
                    .setDaemon(sender.process())
                    .setWorldHost(sender.worldHost())
                    .build());
    if (attempt > 1)
      log.info(
          "image {} goes on to node {}, attempt {}", shipment.image(), shipment.node(), attempt);
    return offer;
  }

  private void send(OfferResponse offer) {
    Map<String, Long> arrived =
        offer.getMembersList().stream()
            .collect(Collectors.toMap(Arrived::getName, Arrived::getBytes));
    cargo.rewind(arrived);
    if (cancelled) cargo.stop();
    ImagesGrpc.ImagesStub node = ImagesGrpc.newStub(channel()).withOnReadyThreshold(READY_BYTES);
    List<Future<?>> lanes = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      int number = lane;
      lanes.add(
          workers.submit(
              () -> {
                lane(node, number);
                return null;
              }));
    }
    @Nullable Throwable failure = null;
    for (Future<?> lane : lanes) {
      try {
        lane.get();
      } catch (ExecutionException broken) {
        if (failure == null) failure = broken.getCause();
      } catch (InterruptedException e) {
        cargo.stop();
        Thread.currentThread().interrupt();
        throw OperationException.failed("the daemon is about to end", "start it again");
      }
    }
    if (failure instanceof RuntimeException known) throw known;
    if (failure != null)
      throw OperationException.failed(
          "image " + shipment.image() + " cannot be read: " + failure.getMessage(),
          "ckpt verify " + shipment.image(),
          failure);
  }

  private void lane(ImagesGrpc.ImagesStub node, int number) throws IOException {
    try {
      Piece about = Piece.newBuilder().setTransfer(id).setAttempt(attempt).build();
      new Lane(workers).run(node, about, cargo, number, this::sent);
    } catch (IOException | RuntimeException broken) {
      // The others would wait for a link that is not there.
      cargo.stop();
      throw broken;
    }
  }

  private void sent(Piece piece) {
    progressed = true;
    wire.addAndGet(piece.getContent().size());
    listener.progress(cargo.taken(), cargo.total());
  }

  private PublishResponse publish(ByteString manifest) {
    return ImagesGrpc.newBlockingStub(channel())
        .withDeadlineAfter(PUBLISH_SECONDS, TimeUnit.SECONDS)
        .publish(PublishRequest.newBuilder().setTransfer(id).setManifest(manifest).build());
  }

  private void abandon() {
    try {
      ImagesGrpc.newBlockingStub(channel())
          .withDeadlineAfter(1, TimeUnit.SECONDS)
          .abandon(AbandonRequest.newBuilder().setTransfer(id).build());
    } catch (RuntimeException unreached) {
      log.debug("the other node forgets it by itself: {}", unreached.toString());
    }
  }

  private Channel channel() {
    return peers.channel(shipment.node());
  }
}
