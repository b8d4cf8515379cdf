package io.sojourn.restore.net;

/** A stream of bytes that both sides know, so that each byte can be checked at its place. */
final class Noise {
  private static final long FAR = 64 << 20;

  private final long seed;
  private long offset;

  Noise(long seed) {
    this.seed = seed;
  }

  long offset() {
    return offset;
  }

  private byte at(long place) {
    long x = (place >> 3) * 0x9e3779b97f4a7c15L + seed;
    x = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
    return (byte) (x >>> 8 * (int) (place & 7));
  }

  void fill(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) bytes[i] = at(offset++);
  }

  void check(byte[] bytes, int length) {
    for (int i = 0; i < length; i++)
      if (bytes[i] != at(offset++))
        throw new IllegalStateException(
            String.format(
                "wrong byte at %d of stream %d, %d of %d in a read: %s",
                offset - 1, seed, i, length, whatIsThere(bytes, i, length)));
  }

  /** Where in the stream the bytes belong that are there instead. */
  private String whatIsThere(byte[] bytes, int from, int length) {
    int count = Math.min(length - from, 32);
    if (count < 8) return "too few to tell where they belong";
    long here = offset - 1;
    for (long step = 1; step < FAR; step++)
      for (long place : new long[] {here + step, here - step})
        if (place >= 0 && matches(bytes, from, count, place)) return "what belongs at " + place;
    return "what belongs nowhere near";
  }

  private boolean matches(byte[] bytes, int from, int count, long place) {
    for (int i = 0; i < count; i++) if (bytes[from + i] != at(place + i)) return false;
    return true;
  }
}
