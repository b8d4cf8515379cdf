package io.sojourn.node.archive;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.UnpackedImage;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An image as it is stored: its pages are not packed, since chunks are compressed one by one. */
public final class PlainImage implements AutoCloseable {
  private final UnpackedImage files;
  private final Manifest manifest;

  private PlainImage(UnpackedImage files, Manifest manifest) {
    this.files = files;
    this.manifest = manifest;
  }

  /**
   * @param place a directory of this process's own
   */
  public static PlainImage of(ImageDirectory image, Path place) throws IOException {
    UnpackedImage files = UnpackedImage.of(image, place);
    try {
      Manifest.Builder manifest = image.manifest().toBuilder().clearMembers();
      for (Member member : image.manifest().getMembersList())
        manifest.addMembers(plain(member, files.path()));
      return new PlainImage(files, manifest.build());
    } catch (IOException failed) {
      files.close();
      throw failed;
    }
  }

  private static Member plain(Member member, Path directory) throws IOException {
    String name = UnpackedImage.name(member);
    if (name.equals(member.getName())) return member;
    Path file = directory.resolve(name);
    return Member.newBuilder()
        .setName(name)
        .setSize(Files.size(file))
        .setDigest(Digest.of(file, count -> {}))
        .build();
  }

  public Path directory() {
    return files.path();
  }

  public Manifest manifest() {
    return manifest;
  }

  public String text() throws IOException {
    return ImageDirectory.text(manifest);
  }

  @Override
  public void close() {
    files.close();
  }
}
