package io.sojourn.node.command;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.sojourn.node.cli.Ckpt;
import io.sojourn.node.cli.Session;
import io.sojourn.node.daemon.Caller;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.ImageSummary;
import io.sojourn.protocol.node.ListImagesRequest;
import io.sojourn.protocol.node.ListImagesResponse;
import io.sojourn.protocol.node.ListTasksRequest;
import io.sojourn.protocol.node.ListTasksResponse;
import io.sojourn.protocol.node.NodeControlGrpc;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Phase;
import io.sojourn.protocol.node.PhaseStarted;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.protocol.node.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs command lines to nowhere, so that the first one that is meant finds its classes loaded and
 * some of them compiled. But for a first list, the daemon's answers are pretended: its tasks are
 * left in peace.
 */
final class Rehearsal {
  static final Caller CALLER = Caller.onBehalfOf(0);

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  /** The first takes 100 ms, the tenth 3. */
  private static final int TIMES = 30;

  private static final String NAME = "rehearsal";

  private final Path runDirectory;

  private Rehearsal(Path runDirectory) {
    this.runDirectory = runDirectory;
  }

  /** In the background. */
  static void begin(Path runDirectory, Channel calls) {
    Rehearsal rehearsal = new Rehearsal(runDirectory);
    Thread thread = new Thread(() -> rehearsal.run(calls), NAME);
    thread.setDaemon(true);
    thread.start();
  }

  private void run(Channel calls) {
    String name = InProcessServerBuilder.generateName();
    ManagedChannel pretended = InProcessChannelBuilder.forName(name).directExecutor().build();
    try {
      Server server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(new Pretended())
              .build()
              .start();
      say(calls, "ps");
      say(calls, "images");
      for (int i = 0; i < TIMES; i++) {
        say(pretended, "ps");
        say(pretended, "images");
        say(pretended, "freeze", NAME);
        say(pretended, "restore", NAME, i % 2 == 0 ? "--json" : "--clone");
      }
      server.shutdownNow();
    } catch (IOException | RuntimeException harmless) {
      log.warn("the first commands will be slower: {}", harmless.toString());
    } finally {
      pretended.shutdownNow();
    }
  }

  private void say(Channel calls, String... words) {
    Session session =
        new Session(Map.of("SOJOURN_RUN_DIR", runDirectory.toString()), Path.of("/"), null, calls);
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Ckpt.run(session, nowhere, nowhere, words);
  }

  private static final class Pretended extends NodeControlGrpc.NodeControlImplBase {
    @Override
    public void checkpoint(CheckpointRequest request, StreamObserver<OperationEvent> answer) {
      play(answer);
    }

    @Override
    public void restore(RestoreRequest request, StreamObserver<OperationEvent> answer) {
      play(answer);
    }

    @Override
    public void listTasks(ListTasksRequest request, StreamObserver<ListTasksResponse> answer) {
      answer.onNext(
          ListTasksResponse.newBuilder()
              .addTasks(Task.newBuilder().setName(NAME).setPid(1))
              .build());
      answer.onCompleted();
    }

    @Override
    public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> answer) {
      answer.onNext(
          ListImagesResponse.newBuilder()
              .addImages(ImageSummary.newBuilder().setName(NAME))
              .build());
      answer.onCompleted();
    }

    private static void play(StreamObserver<OperationEvent> answer) {
      Phase phase = Phase.newBuilder().setName(NAME).setMillis(1.5).build();
      answer.onNext(
          OperationEvent.newBuilder().setStarted(PhaseStarted.newBuilder().setName(NAME)).build());
      answer.onNext(OperationEvent.newBuilder().setFinished(phase).build());
      answer.onNext(
          OperationEvent.newBuilder()
              .setResult(OperationResult.newBuilder().setTask(NAME).addPhases(phase))
              .build());
      answer.onCompleted();
    }
  }
}
