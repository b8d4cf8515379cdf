package io.sojourn.node.shipping;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.peer.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One file of an image, while it arrives: in order, and digested on the way where that is asked.
 */
final class ArrivingMember implements AutoCloseable {
  private final String name;
  private final FileChannel file;
  private final Digest.@Nullable Running digest;
  private long position;

  ArrivingMember(Path directory, String name, boolean digested) throws IOException {
    this.name = name;
    this.digest = digested ? new Digest.Running() : null;
    this.file =
        FileChannel.open(
            directory.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  synchronized long position() {
    return position;
  }

  /** Appends it. Zeros are left out of the file, which reads them where it has nothing. */
  synchronized void append(Piece piece) throws IOException {
    if (piece.getOffset() != position)
      throw OperationException.failed(
          "a piece of %s is for offset %d instead of %d"
              .formatted(name, piece.getOffset(), position),
          "ship the image again");
    ByteBuffer content = Packing.unpack(piece);
    if (digest != null) digest.add(content.duplicate());
    if (piece.getPacking() != Piece.Packing.ZERO)
      for (long at = position; content.hasRemaining(); ) at += file.write(content, at);
    position += piece.getLength();
  }

  /** It is all there, and what was said of it is true. */
  synchronized void finish(Member said) throws IOException {
    if (position != said.getSize())
      throw damaged(position + " bytes have arrived instead of " + said.getSize());
    if (digest != null && !digest.text().equals(said.getDigest()))
      throw damaged("its content is not what was sent");
    if (position > file.size()) {
      // It ends with zeros.
      file.write(ByteBuffer.allocate(1), position - 1);
    }
    file.close();
  }

  private OperationException damaged(String how) {
    return OperationException.failed(name + " is damaged: " + how, "ship the image again");
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
