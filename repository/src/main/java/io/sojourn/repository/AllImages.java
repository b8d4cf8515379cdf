package io.sojourn.repository;

import io.sojourn.protocol.repository.StoredImage;
import io.sojourn.repository.blob.BlobStore.Blob;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The images of one moment. An index that is read after that names all of their chunks: others may
 * store images meanwhile, also in the place of one that there was.
 *
 * @param whole those that could be read, by name
 * @param damaged why the others could not
 */
record AllImages(Map<String, StoredImage> whole, Map<String, DamageException> damaged) {
  static AllImages read(Blobs blobs) throws IOException {
    AllImages all = new AllImages(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Blob blob : blobs.store().list(Repository.IMAGES)) {
      String name = blob.name().substring(Repository.IMAGES.length() + 1);
      try {
        all.whole.put(name, blobs.get(blob.name(), StoredImage.parser()));
      } catch (NoSuchFileException removed) {
        // Just now.
      } catch (DamageException reason) {
        all.damaged.put(name, reason);
      }
    }
    return all;
  }

  /**
   * Whether an image that lacks something is there still. One that was removed since it was read,
   * or stored anew, may lack what it likes: that is collected before who read it is done.
   */
  static boolean has(Blobs blobs, String name, StoredImage image) throws IOException {
    try {
      return blobs.get(Repository.IMAGES + "/" + name, StoredImage.parser()).equals(image);
    } catch (NoSuchFileException removed) {
      return false;
    } catch (DamageException damaged) {
      return true;
    }
  }
}
