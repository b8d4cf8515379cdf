package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.image.Digest;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.blob.DirectoryStore;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Images of a test, and a repository for them. */
final class Shelf {
  static final long HEAP = 0x700000000L;

  /** Small, so that there are many. */
  private static final int PACK = 256 << 10;

  private final Path root;
  private final Map<String, Manifest> manifests = new HashMap<>();
  private int brought;

  Shelf(Path root) {
    this.root = root;
  }

  Path place() {
    return root.resolve("repository");
  }

  BlobStore blobs() throws IOException {
    return DirectoryStore.open(place());
  }

  Repository open() throws IOException {
    return open(blobs());
  }

  Repository open(BlobStore store) throws IOException {
    return open(store, Seal.NONE);
  }

  Repository open(BlobStore store, Seal seal) throws IOException {
    return Repository.open(new Blobs(store, new Codec(seal), PACK), "here", Clock.systemUTC());
  }

  /** Writes an image once. */
  void make(SomeImage image, String name) throws IOException {
    manifests.put(name, image.write(root.resolve(name), name));
  }

  long store(Repository repository, String name) throws IOException {
    return repository.store(root.resolve(name), manifest(name), "the manifest of " + name, d -> {});
  }

  private Manifest manifest(String name) {
    Manifest manifest = manifests.get(name);
    if (manifest == null) throw new IllegalArgumentException(name + " was not made");
    return manifest;
  }

  /** Brings an image and compares it with what was made. */
  void whole(Repository repository, String name) throws IOException {
    Path directory = Files.createDirectories(root.resolve("brought-" + brought++));
    repository.bring(name, directory, done -> {});
    for (Member member : manifest(name).getMembersList())
      assertThat(Digest.of(directory.resolve(member.getName()), count -> {}))
          .as("%s of %s", member.getName(), name)
          .isEqualTo(member.getDigest());
    assertThat(repository.image(name).getManifest()).isEqualTo("the manifest of " + name);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.count()).isEqualTo(manifest(name).getMembersCount());
    }
  }

  /** What all packs take. */
  static long packed(BlobStore blobs) throws IOException {
    return blobs.list(Pack.FOLDER).stream().mapToLong(BlobStore.Blob::size).sum();
  }
}
