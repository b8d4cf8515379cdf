package io.sojourn.node.shipping;

import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.image.ImageRepository;
import io.sojourn.engine.linux.Memory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.Sizes;
import io.sojourn.protocol.peer.OfferRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Where arriving images go: into the repository, or into memory, which is a tmpfs. */
final class LandingPlaces {
  private static final String NAME = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,150}";

  private final ImageRepository disk;
  private final ImageRepository memory;

  /**
   * @param inMemory a directory, best on a tmpfs
   */
  LandingPlaces(ImageRepository disk, Path inMemory) {
    this.disk = disk;
    this.memory = new ImageRepository(inMemory);
  }

  /** Removes what transfers that were cut off by the daemon's end have left in memory. */
  void sweep() {
    memory.sweep();
  }

  /**
   * Begins an image of the wanted name, or of the next free one.
   *
   * @param arriving whether one of that name is arriving already
   */
  ImageDraft begin(OfferRequest offer, Predicate<String> arriving) {
    if (!offer.getImage().matches(NAME)
        || !offer.getTask().matches(NAME)
        || !offer.getTaskId().matches("[A-Za-z0-9]{4,32}"))
      throw OperationException.refused(
          "'" + offer.getImage() + "' cannot be an image's name",
          "use the same version of Sojourn on all nodes");
    ImageRepository place = offer.getInMemory() ? memory : disk;
    checkSpace(place.root(), offer);
    Path target = place.root().resolve(offer.getImage());
    if (Files.exists(target)) target = place.next(offer.getTask(), offer.getTaskId());
    String name = target.getFileName().toString();
    if (arriving.test(name))
      throw OperationException.refused(
          "image " + name + " is on its way to that node already", "wait until it is there");
    return ImageDraft.create(target);
  }

  private static void checkSpace(Path root, OfferRequest offer) {
    try {
      PrivateDirectory.make(root);
      var store = Files.getFileStore(root);
      if (offer.getInMemory() && !store.type().equals("tmpfs"))
        throw OperationException.refused(
            "the other node has no tmpfs at " + root + " to keep an image in memory",
            "mount one there, or let the image go to its disk");
      long room =
          offer.getInMemory()
              ? Math.min(store.getUsableSpace(), Memory.availableBytes())
              : store.getUsableSpace();
      if (offer.getBytes() > room)
        throw OperationException.refused(
            "image %s has %s; the other node has room for %s%s"
                .formatted(
                    offer.getImage(),
                    Sizes.text(offer.getBytes()),
                    Sizes.text(room),
                    offer.getInMemory() ? " in memory" : ""),
            "make room there (ckpt rm)");
    } catch (IOException denied) {
      throw OperationException.refused(
          "the other node cannot make an image in " + root + ": " + denied.getMessage(),
          "see its state directory");
    }
  }
}
