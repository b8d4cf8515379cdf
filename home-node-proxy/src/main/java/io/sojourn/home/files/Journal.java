package io.sojourn.home.files;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Opening;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this daemon is about to do for a guest and what it has answered, until the guest has heard
 * it: so the next daemon does nothing twice that this one has done. It is on a tmpfs, since a
 * machine that goes down ends the session with all that is open in it.
 */
final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final int INTENT = 1, ANSWER = 2;

  /** In bytes: some hundred requests, of which few are unsettled at any time. */
  private static final int FIRST_HALF = 128 << 10;

  private final Path file;
  private final byte[] owner;
  private final Map<Long, Before> intents = new HashMap<>();
  private final Map<Long, Answer> answers = new HashMap<>();

  /** Where the last record of each request is that is not settled. */
  private final TreeMap<Long, Integer> places = new TreeMap<>();

  private @Nullable RecordFile records;

  private Journal(Path directory, Opening opening) {
    file = directory.resolve(opening.getTask() + ".done");
    owner =
        (opening.getIncarnation()
                + " "
                + opening.getSession().toString(StandardCharsets.ISO_8859_1))
            .getBytes(StandardCharsets.ISO_8859_1);
  }

  static Journal begin(Path directory, Opening opening) {
    Journal journal = new Journal(directory, opening);
    journal.create(FIRST_HALF);
    return journal;
  }

  /** What an earlier daemon has left of this session. */
  static Journal found(Path directory, Opening opening) {
    Journal journal = new Journal(directory, opening);
    try {
      journal.records = RecordFile.open(journal.file, journal.owner);
    } catch (IOException unreadable) {
      LOG.warn("it is not known what a guest was answered: {}", "" + unreadable.getMessage());
    }
    if (journal.records == null) journal.create(FIRST_HALF);
    else journal.records.read(journal::take);
    return journal;
  }

  private void create(int half) {
    try {
      records = RecordFile.create(file, owner, half, records, places.values());
    } catch (IOException full) {
      throw new UncheckedIOException("what a guest is answered cannot be noted in " + file, full);
    }
  }

  private void take(int place, int kind, long id, ByteBuffer payload) {
    places.put(id, place);
    if (kind == INTENT) intents.put(id, Before.read(payload));
    if (kind == ANSWER) answers.put(id, answer(payload));
  }

  private static Answer answer(ByteBuffer payload) {
    try {
      // What has changed since is not known: what it says must not be cached.
      return Answer.parseFrom(payload).toBuilder().setAsOf(0).setWatched(false).build();
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException("a record that was written whole", impossible);
    }
  }

  /** What an earlier daemon has answered. */
  Map<Long, Answer> answers() {
    return answers;
  }

  /** What an earlier daemon has found before it began with this; null where it had not begun. */
  @Nullable Before before(long id) {
    return answers.containsKey(id) ? null : intents.get(id);
  }

  /** A call is about to be made. */
  void intends(long id, Before before) {
    append(INTENT, id, before.bytes());
  }

  /** It has been made, and the guest is about to hear this. */
  void answered(Answer answer) {
    append(ANSWER, answer.getId(), answer.toByteArray());
  }

  private synchronized void append(int kind, long id, byte[] payload) {
    RecordFile to = records;
    if (to == null) return;
    if (!to.hasRoom(payload.length)) to = roomFor(to, payload.length);
    if (to != null) places.put(id, to.append(kind, id, payload));
  }

  private @Nullable RecordFile roomFor(RecordFile full, int size) {
    int half = full.half();
    // At least half of it is free afterwards, or this would be asked for again at once.
    while (2 * (full.size(places.values()) + size + 64) > half) half *= 2;
    try {
      if (half == full.half()) full.keep(places.values());
      else create(half);
    } catch (UncheckedIOException noRoom) {
      LOG.warn("a call may be done twice if this daemon dies: {}", "" + noRoom.getMessage());
      discard();
      return null;
    }
    places.clear();
    RecordFile now = records;
    if (now != null) now.read((place, kind, id, payload) -> places.put(id, place));
    return now;
  }

  /** The guest has the answers of these, and of all below. */
  synchronized void settled(long below, List<Long> ids) {
    if (places.isEmpty()) return;
    places.headMap(below).clear();
    ids.forEach(places::remove);
  }

  /** The session is over: nobody will ask again. */
  synchronized void discard() {
    close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException kept) {
      // A session's name is never given again.
    }
  }

  @Override
  public synchronized void close() {
    records = null;
  }
}
