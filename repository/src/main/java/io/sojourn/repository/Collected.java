package io.sojourn.repository;

import java.util.List;

/**
 * What a collection has done.
 *
 * @param packs that were deleted
 * @param freedBytes of those
 * @param copiedBytes written anew, of packs that were mostly not needed
 * @param waitsFor what others are at who could not know of packs that go: these go the next time
 */
public record Collected(int packs, long freedBytes, long copiedBytes, List<String> waitsFor) {}
