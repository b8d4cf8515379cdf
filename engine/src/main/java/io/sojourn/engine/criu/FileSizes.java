package io.sojourn.engine.criu;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Takes out of an image how long its files were. CRIU opens no file of another length ("has bad
 * size"), since it may be another file by then. In a move it is the same one, home's, and while the
 * task stands still others may write to it: to a log, say, that both append to.
 *
 * <p>See images/regfile.proto and fdinfo.proto of CRIU.
 */
public final class FileSizes {
  private static final String FILES = "files.img";
  private static final int REGULAR = 3;
  private static final int NAME = 6;
  private static final int SIZE = 8;

  private FileSizes() {}

  /** Of the regular files, mapped ones among them. */
  public static void forget(Path images) throws IOException {
    ImageEntries.change(images.resolve(FILES), file -> withoutSize(file, path -> true));
  }

  /**
   * Of those with these names.
   *
   * @param images may hold links to an image's files, which stay as they are
   */
  public static void forget(Path images, Set<String> paths) throws IOException {
    Path file = images.resolve(FILES);
    if (Files.isSymbolicLink(file)) {
      byte[] content = Files.readAllBytes(file);
      Files.delete(file);
      Files.write(file, content);
    }
    ImageEntries.change(file, entry -> withoutSize(entry, paths::contains));
  }

  private static UnknownFieldSet withoutSize(UnknownFieldSet file, Predicate<String> which) {
    if (!file.hasField(REGULAR)) return file;
    Field.Builder regular = Field.newBuilder();
    file.getField(REGULAR)
        .getLengthDelimitedList()
        .forEach(one -> regular.addLengthDelimited(cut(one, which)));
    return file.toBuilder().addField(REGULAR, regular.build()).build();
  }

  private static ByteString cut(ByteString regular, Predicate<String> which) {
    try {
      UnknownFieldSet file = UnknownFieldSet.parseFrom(regular);
      String path = file.getField(NAME).getLengthDelimitedList().get(0).toStringUtf8();
      return which.test(path) ? file.toBuilder().clearField(SIZE).build().toByteString() : regular;
    } catch (InvalidProtocolBufferException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }
}
