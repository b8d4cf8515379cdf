package io.sojourn.home.deputy;

import io.sojourn.engine.linux.PassingSocket;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The connection to a deputy: records, both ways, and descriptors to it. */
final class DeputyLine implements AutoCloseable {
  private final PassingSocket socket;

  private DeputyLine(PassingSocket socket) {
    this.socket = socket;
  }

  static DeputyLine open(Path socket) throws IOException {
    return new DeputyLine(PassingSocket.connect(socket));
  }

  /** Waits for the next record. Of one thread. */
  Record next() throws IOException {
    byte[] bytes = new byte[Record.SIZE];
    if (socket.receive(bytes) < bytes.length) throw new EOFException();
    return Record.take(ByteBuffer.wrap(bytes));
  }

  void say(Record record) throws IOException {
    socket.send(record.encode().array());
  }

  /** All of them as one: who is killed meanwhile has said all or none. */
  void say(List<Record> records) throws IOException {
    if (records.isEmpty()) return;
    ByteBuffer together = ByteBuffer.allocate(records.size() * Record.SIZE);
    records.forEach(record -> together.put(record.encode()));
    socket.send(together.array());
  }

  /** False where there is no room for it now. One that has hung up is told nothing. */
  boolean trySay(Record record) {
    return socket.trySend(record.encode().array());
  }

  /**
   * Says it, and passes a descriptor.
   *
   * @throws IOException where that would have to wait
   */
  void pass(Record record, int descriptor) throws IOException {
    socket.pass(record.encode().array(), descriptor);
  }

  @Override
  public void close() {
    socket.close();
  }
}
