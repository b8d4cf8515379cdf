package io.sojourn.engine.criu;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Takes out of an image how long its files were. CRIU opens no file of another length ("has bad
 * size"), since it may be another file by then. In a move it is the same one, home's, and while the
 * task stands still others may write to it: to a log, say, that both append to.
 *
 * <p>See images/regfile.proto and fdinfo.proto of CRIU.
 */
public final class FileSizes {
  private static final int REGULAR = 3;
  private static final int SIZE = 8;

  private FileSizes() {}

  /** Of the regular files, mapped ones among them. */
  public static void forget(Path images) throws IOException {
    ImageEntries.change(images.resolve("files.img"), FileSizes::withoutSize);
  }

  private static UnknownFieldSet withoutSize(UnknownFieldSet file) {
    if (!file.hasField(REGULAR)) return file;
    Field.Builder regular = Field.newBuilder();
    file.getField(REGULAR)
        .getLengthDelimitedList()
        .forEach(one -> regular.addLengthDelimited(cut(one)));
    return file.toBuilder().addField(REGULAR, regular.build()).build();
  }

  private static ByteString cut(ByteString regular) {
    try {
      return UnknownFieldSet.parseFrom(regular).toBuilder().clearField(SIZE).build().toByteString();
    } catch (InvalidProtocolBufferException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }
}
