package io.sojourn.repository;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.sojourn.protocol.lives.LifeBeat;
import io.sojourn.protocol.lives.LifeClaim;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.blob.BlobStore.Blob;
import io.sojourn.repository.seal.DamageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who has the lives of tasks that any node may restart. A claim is written once, under the number
 * of a life, and of several nodes one succeeds: so each life has one owner. Whether an owner is
 * there still is seen from its beats, which change as long as it is.
 */
public final class Lives implements Closeable {
  private static final String FOLDER = "lives";
  private static final Pattern CLAIM = Pattern.compile(FOLDER + "/([^/]+)/(\\d{1,9})\\.claim");

  private final BlobStore store;

  /** Of a store of its own: that of images may be busy for long. */
  public Lives(BlobStore store) {
    this.store = store;
  }

  /**
   * Which repository this is in: a directory that is not mounted looks like an empty one.
   *
   * @throws NoSuchFileException there is none
   */
  public String repository() throws IOException {
    return Head.id(store);
  }

  /** The tasks that have claims, each with the number of its newest life. */
  public Map<String, Integer> newest() throws IOException {
    return newest(FOLDER);
  }

  /** The number of a task's newest life; empty where nobody has claimed one. */
  public Optional<Integer> newestOf(String task) throws IOException {
    return Optional.ofNullable(newest(FOLDER + "/" + task).get(task));
  }

  /** The numbers of a task's lives that have been claimed, and not been forgotten, above one. */
  public SortedSet<Integer> above(String task, int number) throws IOException {
    SortedSet<Integer> above = new TreeSet<>();
    for (Blob blob : store.list(FOLDER + "/" + task)) {
      Matcher claim = CLAIM.matcher(blob.name());
      if (claim.matches() && Integer.parseInt(claim.group(2)) > number)
        above.add(Integer.parseInt(claim.group(2)));
    }
    return above;
  }

  private Map<String, Integer> newest(String folder) throws IOException {
    Map<String, Integer> newest = new HashMap<>();
    for (Blob blob : store.list(folder)) {
      Matcher claim = CLAIM.matcher(blob.name());
      if (claim.matches())
        newest.merge(claim.group(1), Integer.parseInt(claim.group(2)), Math::max);
    }
    return newest;
  }

  /**
   * Claims a life.
   *
   * @return false where it is another's
   * @throws IOException nobody knows whose it is; whoever claims a higher number is on the safe
   *     side
   */
  public boolean claim(LifeClaim claim) throws IOException {
    return store.putNew(
        name(claim.getTask(), claim.getNumber(), "claim"), ByteBuffer.wrap(claim.toByteArray()));
  }

  /**
   * @throws NoSuchFileException nobody has claimed it
   */
  public LifeClaim claimed(String task, int number) throws IOException {
    return get(name(task, number, "claim"), LifeClaim.parser());
  }

  /** The owner of a life is there. */
  public void beat(String task, int number, LifeBeat beat) throws IOException {
    store.put(name(task, number, "beat"), ByteBuffer.wrap(beat.toByteArray()));
  }

  /** What the owner of a life has said last; the beat of nobody where it has not yet. */
  public LifeBeat beatOf(String task, int number) throws IOException {
    try {
      return get(name(task, number, "beat"), LifeBeat.parser());
    } catch (NoSuchFileException notYet) {
      return LifeBeat.getDefaultInstance();
    }
  }

  private <T extends Message> T get(String name, Parser<T> parser) throws IOException {
    byte[] stored = store.get(name);
    try {
      return parser.parseFrom(stored);
    } catch (IOException damaged) {
      throw new DamageException(name + ": " + damaged.getMessage(), damaged);
    }
  }

  /** Removes what was said of earlier lives. The newest claim stays: no number is given twice. */
  public void forgetBefore(String task, int number) throws IOException {
    for (Blob blob : store.list(FOLDER + "/" + task)) {
      Matcher claim = CLAIM.matcher(blob.name());
      if (!claim.matches() || Integer.parseInt(claim.group(2)) >= number) continue;
      store.delete(blob.name().replace(".claim", ".beat"));
      store.delete(blob.name());
    }
  }

  /** Nothing comes of a claim that was made just now: by who has made it. */
  public void withdraw(String task, int number) throws IOException {
    store.delete(name(task, number, "claim"));
  }

  /** The task is nobody's to restart any more: by its owner. */
  public void forget(String task) throws IOException {
    for (Blob blob : store.list(FOLDER + "/" + task)) store.delete(blob.name());
  }

  private static String name(String task, int number, String what) {
    return "%s/%s/%08d.%s".formatted(FOLDER, task, number, what);
  }

  /** For messages. */
  public String place() {
    return store.place();
  }

  @Override
  public void close() {
    store.close();
  }
}
