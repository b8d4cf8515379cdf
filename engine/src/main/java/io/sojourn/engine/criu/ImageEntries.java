package io.sojourn.engine.criu;

import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The entries of a file of CRIU's: two words of magic, then messages, each behind its length. */
final class ImageEntries {
  private static final int COMMON_MAGIC = 0x54564319;
  private static final int MAGIC = 8;

  private ImageEntries() {}

  static List<UnknownFieldSet> read(Path file) throws IOException {
    ByteBuffer image = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (image.remaining() < MAGIC || image.getInt(0) != COMMON_MAGIC)
      throw new IOException(file + " is not as CRIU 4 writes it");
    List<UnknownFieldSet> entries = new ArrayList<>();
    image.position(MAGIC);
    while (image.remaining() >= 4) {
      byte[] entry = new byte[image.getInt()];
      image.get(entry);
      entries.add(UnknownFieldSet.parseFrom(entry));
    }
    return entries;
  }

  static void change(Path file, UnaryOperator<UnknownFieldSet> change) throws IOException {
    List<UnknownFieldSet> entries = read(file);
    byte[] magic = new byte[MAGIC];
    ByteBuffer.wrap(Files.readAllBytes(file)).get(magic);
    write(file, magic, entries.stream().map(change).toList());
  }

  static void write(Path file, byte[] magic, List<UnknownFieldSet> entries) throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    image.write(magic);
    for (UnknownFieldSet entry : entries) {
      byte[] bytes = entry.toByteArray();
      image.write(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length).array());
      image.write(bytes);
    }
    Files.write(file, image.toByteArray());
  }
}
