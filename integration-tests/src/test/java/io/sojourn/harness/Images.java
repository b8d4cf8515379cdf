package io.sojourn.harness;

import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.image.TaskIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Images that were not made by a freeze: as large as wanted, and in no time. */
public final class Images {
  private static final int MIB = 1 << 20;

  private Images() {}

  /** Noise, zeros and text in turn, in one member; and some small ones. */
  public static ImageDirectory make(Path target, int mebibytes) throws IOException {
    ImageDraft draft = ImageDraft.create(target);
    Path pages = draft.path().resolve("pages-1.img"), core = draft.path().resolve("core-1.img");
    byte[] text =
        "a heap has strings in it; ".repeat(MIB / 26 + 1).getBytes(StandardCharsets.US_ASCII);
    Random random = new Random(1);
    try (OutputStream out = Files.newOutputStream(pages)) {
      byte[] noise = new byte[MIB];
      for (int i = 0; i < mebibytes; i++) {
        random.nextBytes(noise);
        if (i % 4 == 0) out.write(new byte[MIB]);
        else if (i % 4 == 1) out.write(text, 0, MIB);
        else out.write(noise);
      }
    }
    Files.write(core, new byte[] {1, 2, 3});
    return draft.publish(
        Manifest.newBuilder()
            .setVersion(ImageDirectory.VERSION)
            .setName(target.getFileName().toString())
            .setKind(Manifest.Kind.CHECKPOINT)
            .setCreatedEpochMillis(System.currentTimeMillis())
            .setTask(TaskIdentity.newBuilder().setId("5a1107ed0001").setName("made"))
            .addMembers(member(core))
            .addMembers(member(pages))
            .build());
  }

  private static Member member(Path file) throws IOException {
    return Member.newBuilder()
        .setName(file.getFileName().toString())
        .setSize(Files.size(file))
        .setDigest(Digest.of(file, count -> {}))
        .build();
  }
}
