package io.sojourn.restore.net;

/** A stream of bytes that both sides know, so that each byte can be checked at its place. */
final class Noise {
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
        throw new IllegalStateException("wrong byte at " + (offset - 1) + " of stream " + seed);
  }
}
