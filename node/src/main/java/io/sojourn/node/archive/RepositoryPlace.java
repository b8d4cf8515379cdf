package io.sojourn.node.archive;

import io.sojourn.repository.Lives;
import io.sojourn.repository.Repository;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.blob.Location;
import io.sojourn.repository.blob.S3Store;
import io.sojourn.repository.seal.KeyedSeal;
import io.sojourn.repository.seal.Keys;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * Where a node's repository is, and with which keys it is opened.
 *
 * @param place a directory or s3://BUCKET/PREFIX; "": there is none
 * @param keyFile "": none
 * @param keys the keys themselves, where they come from the environment; "": none
 */
public record RepositoryPlace(String place, String keyFile, String keys) {
  public static final String PLACE = "SOJOURN_REPOSITORY";
  public static final String KEY_FILE = "SOJOURN_REPOSITORY_KEY_FILE";
  public static final String KEYS = "SOJOURN_REPOSITORY_KEY";

  public static final RepositoryPlace NONE = new RepositoryPlace("", "", "");

  public boolean none() {
    return place.isEmpty();
  }

  public boolean encrypted() {
    return !keyFile.isEmpty() || !keys.isEmpty();
  }

  /**
   * @throws io.sojourn.engine.operation.OperationException what was said of it makes no sense, or
   *     it is another's
   * @throws IOException it cannot be reached
   */
  Repository open(String node) throws IOException {
    Seal seal = seal();
    BlobStore blobs = Location.open(place);
    try {
      return Repository.open(blobs, seal, node, Clock.systemUTC());
    } catch (IOException | RuntimeException failed) {
      blobs.close();
      throw failed;
    }
  }

  /**
   * Who has the lives of tasks that any node may restart.
   *
   * @param lease which is lost where an answer takes longer
   * @throws IOException it cannot be opened
   */
  public Lives lives(Duration lease) throws IOException {
    return new Lives(
        Location.open(place, new S3Store.Patience(lease.dividedBy(6), lease.dividedBy(3))));
  }

  private Seal seal() {
    if (!keyFile.isEmpty()) return KeyedSeal.of(Keys.read(Path.of(keyFile)));
    return keys.isEmpty() ? Seal.NONE : KeyedSeal.of(Keys.parse(keys, KEYS));
  }

  /** Never the keys. */
  @Override
  public String toString() {
    return place + (encrypted() ? ", encrypted" : "");
  }
}
