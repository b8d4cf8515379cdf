package io.sojourn.repository;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.seal.DamageException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Messages in a store: compressed, sealed, and only to be read under the name they have. */
record Blobs(BlobStore store, Codec codec) {
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
