package io.sojourn.examples.alloc;

/**
 * Memory that stays reachable, in blocks of 128 to 2048 bytes whose every word follows from the
 * block's place and its generation: what is not as it should be can be found. For one thread.
 */
final class LiveSet {
  private static final int LEAST_WORDS = 16;
  private static final int WORDS_MASK = 240;
  private static final int MEAN_BYTES = (LEAST_WORDS + WORDS_MASK / 2) * Long.BYTES;

  private final long seed;
  private final long[][] blocks;
  private final int[] generations;

  /** Fills about {@code bytes} of memory. */
  LiveSet(long seed, long bytes) {
    this.seed = seed;
    this.blocks = new long[Math.toIntExact(Math.max(1, bytes / MEAN_BYTES))][];
    this.generations = new int[blocks.length];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = newBlock(i);
    }
  }

  int size() {
    return blocks.length;
  }

  /** Puts a new block in place of an old one; says whether the old one was as it should be. */
  boolean replace(int place) {
    boolean whole = isWhole(place);
    generations[place]++;
    blocks[place] = newBlock(place);
    return whole;
  }

  /** How many blocks are not as they should be. */
  int damaged() {
    int damaged = 0;
    for (int i = 0; i < blocks.length; i++) {
      damaged += isWhole(i) ? 0 : 1;
    }
    return damaged;
  }

  /** One number over all the words that are there. */
  long checksum() {
    long sum = seed;
    for (long[] block : blocks) {
      for (long word : block) {
        sum = Mix.of(sum ^ word);
      }
    }
    return sum;
  }

  /** Damages a block, for the tests. */
  void damage(int place, int word) {
    blocks[place][word] ^= 1;
  }

  private long[] newBlock(int place) {
    long first = firstWord(place);
    long[] block = new long[wordsOf(first)];
    for (int i = 0; i < block.length; i++) {
      block[i] = first + i;
    }
    return block;
  }

  private boolean isWhole(int place) {
    long first = firstWord(place);
    long[] block = blocks[place];
    if (block.length != wordsOf(first)) {
      return false;
    }
    for (int i = 0; i < block.length; i++) {
      if (block[i] != first + i) {
        return false;
      }
    }
    return true;
  }

  private long firstWord(int place) {
    return Mix.of(seed ^ Mix.of(((long) generations[place] << 32) | place));
  }

  private static int wordsOf(long first) {
    return LEAST_WORDS + (int) (first & WORDS_MASK);
  }
}
