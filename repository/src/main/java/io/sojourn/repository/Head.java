package io.sojourn.repository;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.repository.RepositoryHead;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.seal.DamageException;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.UUID;

/** The one blob that is neither compressed nor sealed. */
final class Head {
  private static final String NAME = "repository.json";
  private static final byte[] CONTEXT = NAME.getBytes(StandardCharsets.UTF_8);
  private static final int FORMAT = 1;

  /** By measurement: ARCHITECTURE.md. */
  private static final int CHUNK = 32 << 10;

  private Head() {}

  /** Refuses what this version, or this node as it is set up, cannot use. */
  static RepositoryHead open(BlobStore store, Seal seal) throws IOException {
    boolean keyed = seal != Seal.NONE;
    RepositoryHead head;
    try {
      head = parse(store.get(NAME), store);
    } catch (NoSuchFileException none) {
      begin(store, seal);
      // Whoever was last has begun it.
      head = parse(store.get(NAME), store);
    }
    if (head.getFormat() != FORMAT)
      throw OperationException.refused(
          "the repository %s has format %d; this node knows %d"
              .formatted(store.place(), head.getFormat(), FORMAT),
          "use the version of Sojourn that made it");
    if (head.getEncrypted() && !keyed)
      throw OperationException.refused(
          "the repository " + store.place() + " is encrypted, and there is no key",
          "name its key file: --repository-key FILE");
    if (keyed && !head.getEncrypted())
      throw OperationException.refused(
          "there is a key for the repository " + store.place() + ", which is not encrypted",
          "begin a new one elsewhere, or leave the key out");
    if (keyed) prove(head, seal, store);
    return head;
  }

  /**
   * Which repository that is.
   *
   * @throws NoSuchFileException there is none
   */
  static String id(BlobStore store) throws IOException {
    return parse(store.get(NAME), store).getId();
  }

  /** Says at once that the key is another, or that somebody has changed the head. */
  private static void prove(RepositoryHead head, Seal seal, BlobStore store) {
    try {
      byte[] id = seal.open(head.getProof().toByteArray(), CONTEXT);
      if (new String(id, StandardCharsets.UTF_8).equals(head.getId())) return;
      throw new DamageException("it belongs to another repository");
    } catch (DamageException wrong) {
      throw OperationException.refused(
          "the repository %s cannot be opened with this key: %s"
              .formatted(store.place(), wrong.getMessage()),
          "name the file with the key that it was last written with: --repository-key FILE");
    }
  }

  private static RepositoryHead parse(byte[] text, BlobStore store) {
    RepositoryHead.Builder head = RepositoryHead.newBuilder();
    try {
      JsonFormat.parser()
          .ignoringUnknownFields()
          .merge(new String(text, StandardCharsets.UTF_8), head);
    } catch (InvalidProtocolBufferException damaged) {
      throw OperationException.refused(
          NAME + " in " + store.place() + " is damaged: " + damaged.getMessage(),
          "name a repository, or an empty place");
    }
    return head.build();
  }

  private static void begin(BlobStore store, Seal seal) throws IOException {
    String id = UUID.randomUUID().toString();
    write(
        store,
        seal,
        RepositoryHead.newBuilder().setFormat(FORMAT).setId(id).setChunkBytes(CHUNK).build());
  }

  /** Writes it, with the key that new things are sealed with. */
  static void write(BlobStore store, Seal seal, RepositoryHead old) throws IOException {
    RepositoryHead.Builder head = old.toBuilder().setEncrypted(seal != Seal.NONE).clearProof();
    byte[] id = head.getId().getBytes(StandardCharsets.UTF_8);
    if (head.getEncrypted()) head.setProof(ByteString.copyFrom(seal.seal(id, CONTEXT)));
    String text = JsonFormat.printer().print(head) + "\n";
    store.put(NAME, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
