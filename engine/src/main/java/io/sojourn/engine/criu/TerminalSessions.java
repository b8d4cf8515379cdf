package io.sojourn.engine.criu;

import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes out of an image which session its terminals belong to. A job of a shell is in the shell's
 * session, whose leader is in no image; CRIU gives up over that ("No task found with sid"), also
 * where it is given the terminal itself. The restored task leads a session of its own, and reads
 * and writes the terminal like any other file; its keys are its deputy's to hear.
 *
 * <p>Made before the image is sealed. See images/tty.proto of CRIU.
 */
public final class TerminalSessions {
  private static final List<Integer> SID_AND_PGRP = List.of(6, 7);

  private TerminalSessions() {}

  /** Does nothing where the task had no terminal. */
  public static void forget(Path images) throws IOException {
    Path file = images.resolve("tty-info.img");
    if (!Files.exists(file)) return;
    ImageEntries.change(file, TerminalSessions::withoutSession);
  }

  private static UnknownFieldSet withoutSession(UnknownFieldSet entry) {
    UnknownFieldSet.Builder terminal = entry.toBuilder();
    Field none = Field.newBuilder().addVarint(0).build();
    for (int field : SID_AND_PGRP) if (terminal.hasField(field)) terminal.addField(field, none);
    return terminal.build();
  }
}
