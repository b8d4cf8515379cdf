package io.sojourn.restore.fuse;

import java.nio.file.Path;

/**
 * Where the files below a path come from.
 *
 * @param path absolute and normal
 */
public record PathRule(Place place, Path path) {
  /** Whose files. */
  public enum Place {
    /** The home node's, by the file service. */
    HOME,
    /** Both nodes have the same under this path, by their own means: NFS, a cluster file system. */
    SHARED,
    /** The guest node's own: what is there at home is not seen. */
    LOCAL
  }

  public PathRule {
    if (!path.isAbsolute() || !path.normalize().equals(path))
      throw new IllegalArgumentException(
          "a path rule is for an absolute path without . and ..: " + path);
  }

  /**
   * As configuration has it: {@code local:/tmp}, {@code shared:/data}, {@code home:/data/own}.
   *
   * @throws IllegalArgumentException where it is none of these; the message says what would be
   */
  public static PathRule parse(String text) {
    int colon = text.indexOf(':');
    for (Place place : Place.values())
      if (colon > 0 && text.substring(0, colon).equalsIgnoreCase(place.name()))
        return new PathRule(place, Path.of(text.substring(colon + 1)));
    throw new IllegalArgumentException(
        "a path rule begins with home:, shared: or local:, as in local:/tmp; not " + text);
  }
}
