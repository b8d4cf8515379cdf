package io.sojourn.repository;

import io.sojourn.protocol.repository.StoredFile;
import io.sojourn.protocol.repository.StoredImage;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Writes the files of a stored image into a directory. */
final class Bringing {
  /**
   * @param length that the chunk must have
   */
  private record Spot(Target target, long offset, int length) {}

  private final Fetch fetch;
  private final Path directory;
  private final LongConsumer progress;
  private final Map<ChunkId, List<Spot>> spots = new HashMap<>();
  private final AtomicLong done = new AtomicLong();

  /**
   * @param progress is told how many bytes have been brought so far
   */
  Bringing(Fetch fetch, Path directory, LongConsumer progress) {
    this.fetch = fetch;
    this.directory = directory;
    this.progress = progress;
  }

  void bring(StoredImage image) throws IOException {
    Contents contents = Contents.of(image, fetch);
    List<Target> targets = new ArrayList<>();
    try {
      for (StoredFile file : image.getFilesList()) {
        Target target = Target.of(file, directory);
        targets.add(target);
        contents.read(file, (offset, length, id) -> plan(id, new Spot(target, offset, length)));
      }
      fetch.all(spots.keySet(), this::write);
    } finally {
      for (Target target : targets) target.close();
    }
  }

  private void plan(ChunkId id, Spot spot) {
    if (id.equals(ChunkId.ZERO)) progress.accept(done.addAndGet(spot.length()));
    else spots.computeIfAbsent(id, first -> new ArrayList<>(1)).add(spot);
  }

  private void write(ChunkId id, byte[] content) throws IOException {
    for (Spot spot : spots.getOrDefault(id, List.of())) {
      if (spot.length() != content.length)
        throw new DamageException("chunk " + id + " has another length than its image says");
      spot.target().write(spot.offset(), content);
      progress.accept(done.addAndGet(content.length));
    }
  }
}
