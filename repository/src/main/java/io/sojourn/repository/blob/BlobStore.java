package io.sojourn.repository.blob;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Named pieces of bytes, whole or absent. What was put is there for whoever looks next, also in a
 * list: S3 promises so since 2020, and a directory does.
 *
 * <p>A name is a relative path of letters, digits, '.', '_' and '-'. For many threads.
 */
public interface BlobStore extends Closeable {
  /**
   * @param name the whole name
   * @param size in bytes
   */
  record Blob(String name, long size) {}

  /** Stores all of {@code content} under a name, also where there is something already. */
  void put(String name, ByteBuffer content) throws IOException;

  /**
   * Stores all of {@code content}, unless there is something of that name: of several who try, one
   * succeeds. No two may store the same content.
   *
   * @return false where it is another's
   * @throws IOException it may be there, or not, or another's may be
   */
  boolean putNew(String name, ByteBuffer content) throws IOException;

  /**
   * The whole of it.
   *
   * @throws java.nio.file.NoSuchFileException there is none
   */
  byte[] get(String name) throws IOException;

  /**
   * A part.
   *
   * @throws java.nio.file.NoSuchFileException there is none
   * @throws java.io.EOFException it is shorter
   */
  byte[] get(String name, long offset, int length) throws IOException;

  /** Everything whose name begins with {@code folder} and a slash, in order of names. */
  List<Blob> list(String folder) throws IOException;

  /** Removes it; nothing where there is none. */
  void delete(String name) throws IOException;

  /** Removes what was left of puts whose process died. */
  void tidy() throws IOException;

  /** For messages. */
  String place();

  @Override
  void close();
}
