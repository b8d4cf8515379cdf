package io.sojourn.repository;

import io.sojourn.protocol.repository.Part;
import io.sojourn.protocol.repository.StoredFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** Where chunks of a stored file go: a file, or memory that is divided among several at the end. */
abstract class Target implements Closeable {
  /** For many threads. */
  abstract void write(long offset, byte[] content) throws IOException;

  static Target of(StoredFile file, Path directory) throws IOException {
    for (Part part : file.getPartsList())
      if (part.getName().isEmpty()
          || part.getName().contains("/")
          || part.getName().startsWith("."))
        throw new IOException("'" + part.getName() + "' cannot be a file of an image");
    return file.getPartsCount() == 1
        ? new One(directory.resolve(file.getParts(0).getName()), file.getParts(0).getSize())
        : new Several(directory, file.getPartsList());
  }

  private static final class One extends Target {
    private final FileChannel channel;

    One(Path path, long size) throws IOException {
      channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      // What nobody writes are zeros.
      if (size > 0) channel.write(ByteBuffer.allocate(1), size - 1);
    }

    @Override
    void write(long offset, byte[] content) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) channel.write(rest, offset + rest.position());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static final class Several extends Target {
    private final Path directory;
    private final List<Part> parts;
    private final byte[] content;

    Several(Path directory, List<Part> parts) {
      this.directory = directory;
      this.parts = parts;
      this.content = new byte[(int) parts.stream().mapToLong(Part::getSize).sum()];
    }

    @Override
    void write(long offset, byte[] chunk) {
      System.arraycopy(chunk, 0, content, (int) offset, chunk.length);
    }

    @Override
    public void close() throws IOException {
      int from = 0;
      for (Part part : parts) {
        byte[] bytes = Arrays.copyOfRange(content, from, from + (int) part.getSize());
        Files.write(directory.resolve(part.getName()), bytes, StandardOpenOption.CREATE_NEW);
        from += bytes.length;
      }
    }
  }
}
