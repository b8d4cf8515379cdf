package io.sojourn.node.shipping;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a member of an image consists of, to be read more than once if the link breaks. */
public interface Content extends Closeable {
  /**
   * As {@link FileChannel#read(ByteBuffer, long)}.
   *
   * @return how many bytes; -1 at the end
   */
  int read(ByteBuffer to, long place) throws IOException;

  @Override
  default void close() throws IOException {}

  /** A file's. */
  static Content of(Path path) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    return new Content() {
      @Override
      public int read(ByteBuffer to, long place) throws IOException {
        return file.read(to, place);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }
}
