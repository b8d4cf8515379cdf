package io.sojourn.engine.image;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Compares an image with its manifest. */
public final class Verification {
  static final String MEND =
      "restore from another image (ckpt images), and remove this one (ckpt rm)";

  private Verification() {}

  /** The manifest and the sizes of all others: finds what is missing or cut off, in no time. */
  public static void quick(ImageDirectory image) {
    ManifestSeal.check(image.path());
    for (Member member : image.manifest().getMembersList()) {
      Path file = image.path().resolve(member.getName());
      try {
        long size = Files.size(file);
        if (size != member.getSize())
          throw OperationException.refused(
              "image "
                  + image.name()
                  + " is damaged: "
                  + member.getName()
                  + " has "
                  + size
                  + " bytes instead of "
                  + member.getSize(),
              MEND);
      } catch (IOException missing) {
        throw OperationException.refused(
            "image " + image.name() + " is damaged: " + member.getName() + " is missing", MEND);
      }
    }
  }

  /** Every byte. {@code progress} is told how many have been read so far. */
  public static void full(ImageDirectory image, LongConsumer progress) {
    quick(image);
    AtomicLong done = new AtomicLong();
    image.manifest().getMembersList().parallelStream()
        .forEach(member -> check(image, member, count -> progress.accept(done.addAndGet(count))));
  }

  private static void check(ImageDirectory image, Member member, LongConsumer progress) {
    String digest;
    try {
      digest = Digest.of(image.path().resolve(member.getName()), progress);
    } catch (IOException unreadable) {
      throw OperationException.refused(
          "image " + image.name() + " cannot be read: " + unreadable, MEND);
    }
    if (!digest.equals(member.getDigest()))
      throw OperationException.refused(
          "image "
              + image.name()
              + " is damaged: the content of "
              + member.getName()
              + " is not what was written",
          MEND);
  }
}
