package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.stream.Data;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The sending direction of a stream: what was taken in and is not acknowledged. */
final class Outgoing {
  private final Deque<ByteString> sent = new ArrayDeque<>();
  private final Deque<ByteString> waiting = new ArrayDeque<>();
  private @Nullable ByteString opening;
  private boolean openingSent;
  private long acknowledged;
  private long next; // offset of the first waiting byte
  private long end;
  private boolean finished;
  private boolean finishSent;
  private boolean finishAcknowledged;

  void restore(long acknowledged, ByteString kept, boolean finished, boolean finishAcknowledged) {
    this.acknowledged = acknowledged;
    this.next = acknowledged;
    this.end = acknowledged + kept.size();
    if (!kept.isEmpty()) waiting.add(kept);
    this.finished = finished;
    this.finishSent = finishAcknowledged;
    this.finishAcknowledged = finishAcknowledged;
  }

  /** Of a stream that begins anew at another offset: what was taken in is sent from there. */
  void moveTo(long offset) {
    long length = end - acknowledged;
    while (!sent.isEmpty()) waiting.addFirst(sent.removeLast());
    acknowledged = offset;
    next = offset;
    end = offset + length;
  }

  void opening(ByteString bytes) {
    opening = bytes;
  }

  @Nullable ByteString opening() {
    return opening;
  }

  boolean finished() {
    return finished;
  }

  boolean finishAcknowledged() {
    return finishAcknowledged;
  }

  long acknowledged() {
    return acknowledged;
  }

  /** Bytes that the other side has not acknowledged. */
  long unacknowledged() {
    return end - acknowledged;
  }

  /** Bytes that have not gone out. */
  long unsent() {
    return end - next;
  }

  void add(ByteString bytes) {
    if (finished) throw new IllegalStateException("bytes after the end");
    waiting.add(bytes);
    end += bytes.size();
  }

  void finish() {
    finished = true;
  }

  boolean hasWork() {
    if (opening != null && !openingSent) return true;
    return waiting.isEmpty() ? finished && !finishSent : next - acknowledged < ByteStream.WINDOW;
  }

  /** The next frame to send; call only where there is work. */
  Data take(long stream, int limit) {
    Data.Builder data = Data.newBuilder().setStream(stream).setOffset(next);
    if (opening != null && !openingSent) {
      data.setOpening(opening).setHasOpening(true);
      openingSent = true;
    }
    limit = (int) Math.min(limit, ByteStream.WINDOW - (next - acknowledged));
    ByteString chunk = limit > 0 ? waiting.poll() : null;
    if (chunk != null) {
      if (chunk.size() > limit) {
        waiting.addFirst(chunk.substring(limit));
        chunk = chunk.substring(0, limit);
      }
      data.setBytes(chunk);
      sent.add(chunk);
      next += chunk.size();
    }
    if (finished && waiting.isEmpty()) {
      data.setLast(true);
      finishSent = true;
    }
    return data.build();
  }

  /** Forgets what the other side has handed on. */
  void acknowledge(long offset, boolean ended) {
    if (offset > next || (ended && !finishSent)) throw new WireException("acknowledged too much");
    while (acknowledged < offset) {
      ByteString chunk = sent.remove();
      long left = acknowledged + chunk.size() - offset;
      if (left > 0) sent.addFirst(chunk.substring((int) (chunk.size() - left)));
      acknowledged += chunk.size() - Math.max(left, 0);
    }
    if (ended) finishAcknowledged = true;
  }

  /** A new call: what the other side has not received goes out again. */
  void resume(long received, boolean ended, boolean opened) {
    if (received < acknowledged || received > end || (ended && !finished))
      throw new WireException("cannot go on at " + received);
    while (!sent.isEmpty()) waiting.addFirst(sent.removeLast());
    next = acknowledged;
    while (next < received) {
      ByteString chunk = waiting.remove();
      int known = (int) Math.min(chunk.size(), received - next);
      if (known < chunk.size()) waiting.addFirst(chunk.substring(known));
      sent.add(chunk.substring(0, known));
      next += known;
    }
    openingSent = opened;
    finishSent = ended;
  }

  /** Everything that is not acknowledged. */
  ByteString kept() {
    ByteString all = ByteString.EMPTY;
    for (ByteString chunk : sent) all = all.concat(chunk);
    for (ByteString chunk : waiting) all = all.concat(chunk);
    return all;
  }
}
