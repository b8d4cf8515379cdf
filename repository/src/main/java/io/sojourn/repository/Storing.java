package io.sojourn.repository;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.repository.ChunkList;
import io.sojourn.protocol.repository.Part;
import io.sojourn.protocol.repository.StoredFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;

/** Puts the files of one image into a sink, a segment a worker. */
final class Storing {
  private final Path directory;
  private final ChunkSink sink;
  private final LongConsumer progress;
  private long done;

  /**
   * @param progress is told how many bytes have been stored so far
   */
  Storing(Path directory, ChunkSink sink, LongConsumer progress) {
    this.directory = directory;
    this.sink = sink;
    this.progress = progress;
  }

  StoredFile store(ImageFiles.Together together) throws IOException {
    StoredFile.Builder file = StoredFile.newBuilder();
    for (Member member : together.members())
      file.addParts(Part.newBuilder().setName(member.getName()).setSize(member.getSize()));
    boolean bundle = together.members().size() > 1;
    try (Crew<ChunkId> crew = new Crew<>(id -> file.addSegments(ByteString.copyFrom(id.bytes())))) {
      for (Segment segment : together.segments())
        crew.give(() -> store(segment, content(together.members(), bundle, segment)));
      crew.finish();
    }
    return file.build();
  }

  private byte[] content(List<Member> members, boolean bundle, Segment segment) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(segment.length());
    if (bundle) for (Member member : members) read(member, 0, (int) member.getSize(), content);
    else read(members.get(0), segment.offset(), segment.length(), content);
    return content.array();
  }

  private void read(Member member, long offset, int count, ByteBuffer into) throws IOException {
    Path file = directory.resolve(member.getName());
    ByteBuffer part = into.slice(into.position(), count);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (part.hasRemaining())
        if (channel.read(part, offset + part.position()) < 0)
          throw new EOFException(file + " is shorter than its manifest says");
    }
    into.position(into.position() + count);
  }

  private ChunkId store(Segment segment, byte[] content) throws IOException {
    ByteBuffer ids = ByteBuffer.allocate(ChunkId.BYTES * segment.lengths().length);
    ChunkList.Builder list = ChunkList.newBuilder();
    int offset = 0;
    for (int length : segment.lengths()) {
      sink.add(content, offset, length).write(ids);
      list.addLengths(length);
      offset += length;
    }
    byte[] bytes = list.setIds(ByteString.copyFrom(ids.flip())).build().toByteArray();
    stored(content.length);
    return sink.add(bytes, 0, bytes.length);
  }

  private synchronized void stored(int bytes) {
    done += bytes;
    progress.accept(done);
  }
}
