package io.sojourn.repository;

import com.google.protobuf.MessageLite;
import io.sojourn.engine.image.Digest;
import io.sojourn.protocol.criu.CriuPagemap;
import io.sojourn.protocol.criu.CriuPagemapHead;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** An image of a task whose memory a test can write: files as CRIU makes them. */
final class SomeImage {
  static final int PAGE = 4096;

  private final Map<Long, byte[]> pages = new TreeMap<>();
  private final Random random;

  SomeImage(long seed) {
    random = new Random(seed);
  }

  /** Fills pages with something new; half of it compresses. */
  SomeImage touch(long address, int count) {
    for (int page = 0; page < count; page++) {
      byte[] content = new byte[PAGE];
      random.nextBytes(content);
      Arrays.fill(content, 0, PAGE / 2, (byte) 7);
      pages.put(address + (long) page * PAGE, content);
    }
    return this;
  }

  SomeImage clear(long address, int count) {
    for (int page = 0; page < count; page++)
      pages.put(address + (long) page * PAGE, new byte[PAGE]);
    return this;
  }

  long bytes() {
    return (long) pages.size() * PAGE;
  }

  /** Writes what CRIU would have written. */
  Manifest write(Path directory, String name) throws IOException {
    Files.createDirectories(directory);
    ByteArrayOutputStream content = new ByteArrayOutputStream(), map = new ByteArrayOutputStream();
    ByteBuffer magic = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    map.write(magic.putInt(0x54564319).putInt(0x56084025).array());
    add(map, CriuPagemapHead.newBuilder().setPagesId(1).build());
    for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
      content.write(page.getValue());
      add(
          map,
          CriuPagemap.newBuilder()
              .setVaddr(page.getKey())
              .setCompatNrPages(1)
              .setNrPages(1)
              .setFlags(4)
              .build());
    }
    Files.write(directory.resolve("pages-1.img"), content.toByteArray());
    Files.write(directory.resolve("pagemap-77.img"), map.toByteArray());
    for (int thread = 0; thread < 5; thread++)
      Files.writeString(directory.resolve("core-" + thread + ".img"), "registers " + thread);
    Files.writeString(directory.resolve("empty.img"), "");
    byte[] ghost = new byte[200_000];
    random.nextBytes(ghost);
    Files.write(directory.resolve("ghost-file-1.img"), ghost);
    return manifest(directory, name);
  }

  private static void add(ByteArrayOutputStream map, MessageLite entry) throws IOException {
    ByteBuffer size = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    map.write(size.putInt(entry.getSerializedSize()).array());
    entry.writeTo(map);
  }

  private static Manifest manifest(Path directory, String name) throws IOException {
    Manifest.Builder manifest = Manifest.newBuilder().setVersion(3).setName(name);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList())
        manifest.addMembers(
            Member.newBuilder()
                .setName(file.getFileName().toString())
                .setSize(Files.size(file))
                .setDigest(Digest.of(file, count -> {})));
    }
    return manifest.build();
  }
}
