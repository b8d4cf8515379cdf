package io.sojourn.repository;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Messages in a store: compressed, sealed, and only to be read under the name they have.
 *
 * @param packBytes a pack takes one more chunk as long as it is smaller
 */
record Blobs(BlobStore store, Codec codec, int packBytes) {
  /** Not too many blobs, and not too much memory for those that are on their way. */
  private static final int PACK = 8 << 20;

  Blobs(BlobStore store, Codec codec) {
    this(store, codec, PACK);
  }

  void put(String name, Message message) throws IOException {
    store.put(name, ByteBuffer.wrap(codec.encode(name, message.toByteArray())));
  }

  <T> T get(String name, Parser<T> parser) throws IOException {
    byte[] stored = store.get(name);
    try {
      return parser.parseFrom(codec.decode(name, stored));
    } catch (IOException damaged) {
      throw new DamageException(name + ": " + damaged.getMessage(), damaged);
    }
  }
}
