package io.sojourn.repository;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.protocol.repository.PackIndex;
import io.sojourn.repository.seal.DamageException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Many chunks in one blob, and at its end what they are: so that indexes can be made anew. Its name
 * is the SHA-256 of all of it; and no two packs have one name, since one may be about to be deleted
 * when somebody else stores the same chunks again.
 */
final class Pack {
  static final String FOLDER = "packs";

  private static final long MAGIC = 0x534f4a5041434b31L;
  private static final String FOOTER = "pack";
  private static final int NONCE = 16;
  private static final int HEAD = Long.BYTES + NONCE;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TAIL = Integer.BYTES;

  /** One chunk in it. */
  record Entry(ChunkId id, int offset, int length) {}

  /** Ready to be put. */
  record Whole(PackIndex index, ByteBuffer content) {
    String blob() {
      return blobOf(index.getPack());
    }
  }

  private byte[] content = new byte[1 << 20];
  private int size;
  private final List<Entry> entries = new ArrayList<>();

  Pack() {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    ByteBuffer.wrap(content).putLong(MAGIC).put(nonce);
    size = HEAD;
  }

  /** Below a folder for each 256th of all: directories stay small. */
  static String blobOf(String pack) {
    return FOLDER + "/" + pack.substring(0, 2) + "/" + pack;
  }

  static String nameOf(String blob) {
    return blob.substring(blob.lastIndexOf('/') + 1);
  }

  boolean empty() {
    return entries.isEmpty();
  }

  int size() {
    return size;
  }

  void add(ChunkId id, byte[] stored) {
    append(stored);
    entries.add(new Entry(id, size - stored.length, stored.length));
  }

  private void append(byte[] bytes) {
    if (size + bytes.length > content.length) {
      byte[] larger = new byte[Math.max(2 * content.length, size + bytes.length)];
      System.arraycopy(content, 0, larger, 0, size);
      content = larger;
    }
    System.arraycopy(bytes, 0, content, size, bytes.length);
    size += bytes.length;
  }

  /** Ends it. */
  Whole finish(Codec codec) {
    ByteBuffer ids = ByteBuffer.allocate(ChunkId.BYTES * entries.size());
    PackIndex.Builder index = PackIndex.newBuilder();
    for (Entry entry : entries) {
      entry.id().write(ids);
      index.addLengths(entry.length());
    }
    index.setIds(ByteString.copyFrom(ids.flip()));
    byte[] footer = codec.encode(FOOTER, index.build().toByteArray());
    append(footer);
    append(ByteBuffer.allocate(TAIL).putInt(footer.length).array());
    return new Whole(index.setPack(name(content, size)).build(), ByteBuffer.wrap(content, 0, size));
  }

  static String name(byte[] content, int size) {
    var sha256 = ChunkId.sha256();
    sha256.update(content, 0, size);
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** What lies where in a pack. */
  static List<Entry> entries(PackIndex index) throws DamageException {
    ByteBuffer ids = index.getIds().asReadOnlyByteBuffer();
    if (ids.remaining() != ChunkId.BYTES * index.getLengthsCount())
      throw new DamageException("the index of pack " + index.getPack() + " contradicts itself");
    List<Entry> entries = new ArrayList<>(index.getLengthsCount());
    int offset = HEAD;
    for (int length : index.getLengthsList()) {
      if (length <= 0) throw new DamageException("the index of a pack has an empty chunk");
      entries.add(new Entry(ChunkId.read(ids), offset, length));
      offset += length;
    }
    return entries;
  }

  /** What a pack says of itself. */
  static PackIndex index(String pack, byte[] content, Codec codec) throws DamageException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    if (content.length < HEAD + TAIL || bytes.getLong(0) != MAGIC)
      throw new DamageException("it is not a pack");
    int length = bytes.getInt(content.length - TAIL);
    if (length <= 0 || length > content.length - HEAD - TAIL)
      throw new DamageException("its end is damaged");
    byte[] footer = new byte[length];
    bytes.get(content.length - TAIL - length, footer);
    try {
      return PackIndex.parseFrom(codec.decode(FOOTER, footer)).toBuilder().setPack(pack).build();
    } catch (InvalidProtocolBufferException damaged) {
      throw new DamageException("its end is damaged", damaged);
    }
  }
}
