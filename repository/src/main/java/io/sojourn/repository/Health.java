package io.sojourn.repository;

import java.util.List;

/**
 * What a check has found.
 *
 * @param bytes of all packs
 * @param problems a sentence each; empty: all is well
 * @param brokenImages that cannot be brought
 */
public record Health(
    int images, int packs, long bytes, List<String> problems, List<String> brokenImages) {
  public boolean whole() {
    return problems.isEmpty();
  }
}
