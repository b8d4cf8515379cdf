package io.sojourn.repository;

import io.sojourn.repository.blob.BlobStore.Blob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Images that a repair could not make whole: a mark each, until they are whole or removed. */
final class Broken {
  private static final String FOLDER = "broken";

  private Broken() {}

  static Set<String> names(Blobs blobs) throws IOException {
    Set<String> names = new HashSet<>();
    for (Blob mark : blobs.store().list(FOLDER))
      names.add(mark.name().substring(FOLDER.length() + 1));
    return names;
  }

  static void mark(Blobs blobs, String image, String reason) throws IOException {
    blobs
        .store()
        .put(FOLDER + "/" + image, ByteBuffer.wrap(reason.getBytes(StandardCharsets.UTF_8)));
  }

  static void unmark(Blobs blobs, String image) throws IOException {
    blobs.store().delete(FOLDER + "/" + image);
  }
}
