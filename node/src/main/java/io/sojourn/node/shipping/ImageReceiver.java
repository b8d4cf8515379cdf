package io.sojourn.node.shipping;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageRepository;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.protocol.peer.AbandonRequest;
import io.sojourn.protocol.peer.AbandonResponse;
import io.sojourn.protocol.peer.ImagesGrpc;
import io.sojourn.protocol.peer.OfferRequest;
import io.sojourn.protocol.peer.OfferResponse;
import io.sojourn.protocol.peer.Piece;
import io.sojourn.protocol.peer.PublishRequest;
import io.sojourn.protocol.peer.PublishResponse;
import io.sojourn.protocol.peer.SendResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes images from other nodes. */
public final class ImageReceiver extends ImagesGrpc.ImagesImplBase {
  private static final Logger log = LoggerFactory.getLogger(ImageReceiver.class);

  /** After that long without a word, nobody will go on. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);

  /** In which pieces are unpacked while others are on their way. */
  private static final int AHEAD = 2;

  private static final int REMEMBERED = 100;

  private final LandingPlaces places;
  private final Map<String, Landing> landings = new ConcurrentHashMap<>();
  private final Map<String, PublishResponse> landed =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, PublishResponse> eldest) {
              return size() > REMEMBERED;
            }
          });

  /**
   * @param inMemory where images go that shall not touch a disk
   */
  public ImageReceiver(ImageRepository repository, Path inMemory) {
    places = new LandingPlaces(repository, inMemory);
    places.sweep();
  }

  @Override
  public void offer(OfferRequest request, StreamObserver<OfferResponse> answer) {
    PublishResponse published = landed.get(request.getTransfer());
    if (published != null) {
      one(answer, OfferResponse.newBuilder().setPublished(published).build());
      return;
    }
    Landing landing = landings.get(request.getTransfer());
    if (landing == null) landing = begin(request);
    one(answer, mine(landing).resume(request.getAttempt()));
  }

  private synchronized Landing begin(OfferRequest request) {
    if (!request.getTransfer().matches("[A-Za-z0-9_-]{16,64}"))
      throw OperationException.refused(
          "'" + request.getTransfer() + "' names no transfer",
          "use the same version of Sojourn on all nodes");
    if (request.getWithoutDigests() && !request.getInMemory())
      throw OperationException.refused(
          "image " + request.getImage() + " is to be kept, and has no digests",
          "use the same version of Sojourn on all nodes");
    String from = PeerNode.current().name();
    outlived(from, Sender.of(request), request.getTaskId());
    Landing landing =
        new Landing(
            from,
            Sender.of(request),
            request.getTaskId(),
            !request.getWithoutDigests(),
            places.begin(
                request,
                name -> landings.values().stream().anyMatch(other -> other.name().equals(name))));
    landings.put(request.getTransfer(), landing);
    forgetLater();
    log.info("image {} is on its way here from node {}", landing.name(), from);
    return landing;
  }

  /** What a process had begun that has died is in the way of what the next one sends. */
  private void outlived(String node, Sender sender, String task) {
    landings
        .values()
        .removeIf(
            landing -> {
              boolean dead =
                  landing.from().equals(node)
                      && sender.outlives(landing.sender(), landing.task().equals(task));
              if (dead) {
                log.info(
                    "image {} comes from node {} no more: it is another process that sends",
                    landing.name(),
                    node);
                landing.discard();
              }
              return dead;
            });
  }

  @Override
  public StreamObserver<Piece> send(StreamObserver<SendResponse> answer) {
    var stream = (ServerCallStreamObserver<SendResponse>) answer;
    stream.disableAutoRequest();
    stream.request(AHEAD);
    return new StreamObserver<>() {
      @Override
      public void onNext(Piece piece) {
        landing(piece.getTransfer()).accept(piece);
        stream.request(1);
      }

      @Override
      public void onError(Throwable broken) {
        // What has arrived stays, for the next attempt.
      }

      @Override
      public void onCompleted() {
        one(answer, SendResponse.getDefaultInstance());
      }
    };
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    Landing landing = landing(request.getTransfer());
    ImageDirectory image;
    try {
      image = landing.publish(request.getManifest().toByteArray());
    } finally {
      landings.remove(request.getTransfer());
    }
    log.info(
        "image {} has arrived from node {}: {} bytes", image.path(), landing.from(), image.bytes());
    PublishResponse published =
        PublishResponse.newBuilder()
            .setImage(image.path().getFileName().toString())
            .setDirectory(image.path().toString())
            .build();
    // The answer may get lost with its connection: the next offer of the same gets it.
    landed.put(request.getTransfer(), published);
    one(answer, published);
  }

  @Override
  public void abandon(AbandonRequest request, StreamObserver<AbandonResponse> answer) {
    Landing landing = landings.get(request.getTransfer());
    if (landing != null) {
      mine(landing).discard();
      landings.remove(request.getTransfer());
      log.info("image {} does not come from node {} after all", landing.name(), landing.from());
    }
    one(answer, AbandonResponse.getDefaultInstance());
  }

  private Landing landing(String transfer) {
    Landing landing = landings.get(transfer);
    if (landing == null)
      throw OperationException.failed(
          "the other node knows of no such transfer: its daemon was started anew",
          "ship the image again");
    return mine(landing);
  }

  private static Landing mine(Landing landing) {
    if (!landing.from().equals(PeerNode.current().name()))
      throw OperationException.refused(
          "that image comes from another node", "send one of your own");
    return landing;
  }

  private void forgetLater() {
    CompletableFuture.delayedExecutor(FORGOTTEN.toSeconds(), TimeUnit.SECONDS)
        .execute(this::forget);
  }

  private synchronized void forget() {
    landings
        .values()
        .removeIf(
            landing -> {
              boolean old = landing.silentNanos() > FORGOTTEN.toNanos();
              if (old) {
                log.warn("image {} from node {} never came", landing.name(), landing.from());
                landing.discard();
              }
              return old;
            });
    if (!landings.isEmpty()) forgetLater();
  }

  private static <T> void one(StreamObserver<T> answer, T message) {
    answer.onNext(message);
    answer.onCompleted();
  }
}
