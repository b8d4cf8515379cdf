package io.sojourn.repository.blob;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a repository is, as a user says it: an absolute directory, or {@code
 * s3://BUCKET/PREFIX?endpoint=URL&region=NAME}.
 */
public final class Location {
  private static final String MEND =
      "name an absolute directory, or s3://BUCKET/PREFIX, with ?endpoint=URL for another server"
          + " than Amazon's";
  private static final Set<String> WORDS = Set.of("endpoint", "region");

  private Location() {}

  /** Opens it; nothing is asked of a server yet. */
  public static BlobStore open(String text) throws IOException {
    return open(text, S3Store.Patience.USUAL);
  }

  /**
   * @param patience with a bucket
   */
  public static BlobStore open(String text, S3Store.Patience patience) throws IOException {
    if (text.startsWith("s3://")) return bucket(text, patience);
    if (text.contains("://"))
      throw OperationException.usage("a repository cannot be at " + text, MEND);
    Path directory = Path.of(text);
    if (!directory.isAbsolute())
      throw OperationException.usage("the repository " + text + " is not absolute", MEND);
    return DirectoryStore.open(directory.normalize());
  }

  private static BlobStore bucket(String text, S3Store.Patience patience) {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException malformed) {
      throw OperationException.usage(text + " is not a bucket: " + malformed.getMessage(), MEND);
    }
    String bucket = uri.getAuthority(), path = uri.getPath();
    if (bucket == null || bucket.isEmpty())
      throw OperationException.usage(text + " names no bucket", MEND);
    Map<String, String> words = words(text, uri.getRawQuery());
    return S3Store.open(
        bucket,
        path == null ? "" : path.replaceAll("^/+|/+$", ""),
        words.containsKey("endpoint") ? URI.create(words.get("endpoint")) : null,
        words.get("region"),
        patience);
  }

  private static Map<String, String> words(String text, @Nullable String query) {
    Map<String, String> words = new HashMap<>();
    if (query == null) return words;
    for (String each : query.split("&", -1)) {
      String[] word = each.split("=", 2);
      if (word.length < 2 || !WORDS.contains(word[0]))
        throw OperationException.usage("'" + each + "' in " + text + " is not known", MEND);
      words.put(word[0], URLDecoder.decode(word[1], StandardCharsets.UTF_8));
    }
    return words;
  }
}
