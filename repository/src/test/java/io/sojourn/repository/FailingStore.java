package io.sojourn.repository;

import io.sojourn.repository.blob.BlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store whose user dies at one of its changes: neither that nor any later call is carried out.
 */
final class FailingStore implements BlobStore {
  static final class Crash extends IOException {
    private static final long serialVersionUID = 1;

    Crash() {
      super("crash");
    }
  }

  private final BlobStore store;
  private final AtomicInteger changes;

  /**
   * @param changes that are carried out
   */
  FailingStore(BlobStore store, int changes) {
    this.store = store;
    this.changes = new AtomicInteger(changes);
  }

  private void change() throws IOException {
    if (changes.getAndDecrement() <= 0) throw new Crash();
  }

  private void alive() throws IOException {
    if (changes.get() < 0) throw new Crash();
  }

  boolean crashed() {
    return changes.get() < 0;
  }

  @Override
  public void put(String name, ByteBuffer content) throws IOException {
    change();
    store.put(name, content);
  }

  @Override
  public boolean putNew(String name, ByteBuffer content) throws IOException {
    change();
    return store.putNew(name, content);
  }

  @Override
  public byte[] get(String name) throws IOException {
    alive();
    return store.get(name);
  }

  @Override
  public byte[] get(String name, long offset, int length) throws IOException {
    alive();
    return store.get(name, offset, length);
  }

  @Override
  public List<Blob> list(String folder) throws IOException {
    alive();
    return store.list(folder);
  }

  @Override
  public void delete(String name) throws IOException {
    change();
    store.delete(name);
  }

  @Override
  public void tidy() throws IOException {
    alive();
    store.tidy();
  }

  @Override
  public String place() {
    return store.place();
  }

  @Override
  public void close() {
    store.close();
  }
}
