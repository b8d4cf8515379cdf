package io.sojourn.examples.alloc;

/** The mixing step of SplitMix64 (Steele, Lea, Flood: Fast splittable generators, 2014). */
final class Mix {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Mix() {}

  static long of(long number) {
    long z = number + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
