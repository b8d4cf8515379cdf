package io.sojourn.home.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Whatever a guest says is done below the root, or refused. Runs the corpus beside it; with
 * JAZZER_FUZZ=1 it looks for more.
 */
class GuestWordsFuzzTest {
  private static final ExecutorService WORKER = Executors.newSingleThreadExecutor();

  @FuzzTest
  void requests(byte[] data) throws IOException, Refused, InterruptedException, ExecutionException {
    Request request;
    try {
      request = FromGuest.parseFrom(data).getRequest();
    } catch (InvalidProtocolBufferException refused) {
      return;
    }
    if (Calls.mayWait(request)) return;
    Path above = Files.createTempDirectory("sojourn-fuzz");
    Path root = Files.createDirectory(above.resolve("root"));
    Files.writeString(above.resolve("outside"), "outside");
    UnwatchedFiles unwatched = new UnwatchedFiles(changes -> {});
    GuestFiles files =
        new GuestFiles(
            new NodeTable(FileCalls.directory(root.toString()), 100),
            ChangeWatch.NONE,
            unwatched,
            HeldFiles.NONE,
            BoundSockets.NONE,
            MadeForTask.NONE,
            null,
            Steps.NONE);
    try {
      Answer.Builder answer =
          WORKER
              .submit(
                  () -> {
                    if (!Thread.currentThread().getName().equals("ready")) {
                      ThreadIdentity.prepareThread();
                      Thread.currentThread().setName("ready");
                    }
                    return new Calls(files).perform(request, new Wait(), OnceOnly.Progress.NONE);
                  })
              .get();
      assertThat(answer.getErrno()).isBetween(0, 511);
      assertThat(above.resolve("outside")).hasContent("outside");
      try (var names = Files.list(above)) {
        assertThat(names).hasSize(2);
      }
    } finally {
      files.close();
      unwatched.close();
      remove(above);
    }
  }

  private static void remove(Path tree) throws IOException {
    if (Files.isDirectory(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS))
      try (var children = Files.list(tree)) {
        for (Path child : (Iterable<Path>) children::iterator) remove(child);
      }
    Files.delete(tree);
  }
}
