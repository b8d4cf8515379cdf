package io.sojourn.engine.criu;

import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes out of an image which session its terminals belong to. A job of a shell is in the shell's
 * session, whose leader is in no image; CRIU gives up over that ("No task found with sid"), also
 * where it is given the terminal itself. The restored task leads a session of its own, and reads
 * and writes the terminal like any other file; its keys are its deputy's to hear.
 *
 * <p>Made before the image is sealed. The file, CRIU's tty-info.img: two words of magic, then each
 * terminal as its length and a message. See images/tty.proto of CRIU.
 */
public final class TerminalSessions {
  private static final int COMMON_MAGIC = 0x54564319;
  private static final List<Integer> SID_AND_PGRP = List.of(6, 7);

  private TerminalSessions() {}

  /** Does nothing where the task had no terminal. */
  public static void forget(Path images) throws IOException {
    Path file = images.resolve("tty-info.img");
    if (!Files.exists(file)) return;
    ByteBuffer image = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    if (image.remaining() < 8 || image.getInt(0) != COMMON_MAGIC)
      throw new IOException(file + " is not as CRIU 4 writes it");
    changed.write(image.array(), 0, 8);
    image.position(8);
    while (image.remaining() >= 4) {
      byte[] entry = new byte[image.getInt()];
      image.get(entry);
      byte[] without = withoutSession(entry);
      changed.write(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(without.length).array());
      changed.write(without);
    }
    Files.write(file, changed.toByteArray());
  }

  private static byte[] withoutSession(byte[] entry) throws IOException {
    UnknownFieldSet.Builder terminal = UnknownFieldSet.parseFrom(entry).toBuilder();
    Field none = Field.newBuilder().addVarint(0).build();
    for (int field : SID_AND_PGRP) if (terminal.hasField(field)) terminal.addField(field, none);
    return terminal.build().toByteArray();
  }
}
