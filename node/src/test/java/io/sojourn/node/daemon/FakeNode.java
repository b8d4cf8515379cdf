package io.sojourn.node.daemon;

import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.checkpointer.Checkpointer;
import io.sojourn.checkpointer.Seat;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.Digest;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.image.TaskIdentity;
import io.sojourn.restore.RestoreOptions;
import io.sojourn.restore.RestoreResult;
import io.sojourn.restore.Restorer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A real daemon in a directory, whose checkpoints and restores only pretend. */
public final class FakeNode implements AutoCloseable {
  private static final long EPOCH_MILLIS = 1_700_000_000_000L;
  private static final AtomicLong MADE = new AtomicLong();

  public final NodeConfig config;
  private final Engines engines = new Pretended();
  private final Path runtime;
  private NodeDaemon daemon;
  private final List<FakeTask> tasks = new ArrayList<>();

  /** Where set, a checkpoint waits for it. */
  public volatile @Nullable CountDownLatch hold;

  public volatile @Nullable CheckpointOptions lastOptions;
  public volatile @Nullable RestoreOptions lastRestore;

  /**
   * @param directory of the run and the state directory; a runtime directory as well
   */
  public FakeNode(Path directory) throws IOException {
    runtime = directory;
    config =
        NodeConfig.of(Map.of(), directory.resolve("run"), directory.resolve("state"), "testnode");
    daemon = NodeDaemon.start(config, engines, runtime);
  }

  public void restart() throws IOException {
    daemon.close();
    daemon = NodeDaemon.start(config, engines, runtime);
  }

  public FakeTask task(String id, String name, int incarnation) {
    FakeTask task = FakeTask.start(config.runDirectory(), id, name, incarnation);
    tasks.add(task);
    return task;
  }

  /** The running task ends by itself. */
  public void endTask() {
    tasks.forEach(FakeTask::close);
  }

  private CheckpointResult checkpoint(
      ControlBlock block,
      String name,
      Path target,
      CheckpointOptions options,
      Seat seat,
      io.sojourn.checkpointer.Company company,
      Report report) {
    lastOptions = options;
    CountDownLatch latch = hold;
    report.phase(
        "dump",
        () -> {
          try {
            if (latch != null) latch.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    ImageDirectory image =
        image(target, block.id(), name, options.stop(), block.incarnation(), Uid.MINE);
    if (options.stop()) endTask();
    return new CheckpointResult(image, 12.5);
  }

  /** Makes an image, as another daemon might have done. */
  public static ImageDirectory image(
      Path target, String id, String name, boolean freeze, int incarnation, int uid) {
    ImageDraft draft = ImageDraft.create(target);
    try {
      Path member = Files.writeString(draft.path().resolve("pages-1.img"), "pages");
      String digest = Digest.of(member, count -> {});
      return draft.publish(
          Manifest.newBuilder()
              .setVersion(ImageDirectory.VERSION)
              .setName(target.getFileName().toString())
              .setKind(freeze ? Manifest.Kind.FREEZE : Manifest.Kind.CHECKPOINT)
              .setCreatedEpochMillis(EPOCH_MILLIS + MADE.incrementAndGet())
              .setTask(
                  TaskIdentity.newBuilder()
                      .setId(id)
                      .setName(name)
                      .setUid(uid)
                      .setMainClass("com.example.Main")
                      .setHome("testnode")
                      .setIncarnation(incarnation))
              .addMembers(Member.newBuilder().setName("pages-1.img").setSize(5).setDigest(digest))
              .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RestoreResult restore(
      ImageDirectory image,
      int incarnation,
      RestoreOptions options,
      io.sojourn.restore.Company company,
      Report report) {
    lastRestore = options;
    report.phase("restore", () -> {});
    var task = image.manifest().getTask();
    task(task.getId(), task.getName(), incarnation);
    return new RestoreResult((int) ProcessHandle.current().pid(), incarnation, 34.5);
  }

  /** Pretends; outlives the daemons that are started with it. */
  private final class Pretended implements Engines {
    @Override
    public Checkpointer checkpointer() {
      return FakeNode.this::checkpoint;
    }

    @Override
    public Restorer restorer() {
      return FakeNode.this::restore;
    }

    @Override
    public String criuVersion() {
      return "4.2.1";
    }
  }

  @Override
  public void close() {
    endTask();
    daemon.close();
  }
}
