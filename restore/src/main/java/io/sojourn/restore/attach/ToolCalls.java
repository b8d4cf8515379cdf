package io.sojourn.restore.attach;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.protocol.attach.AttachSocketsGrpc;
import io.sojourn.protocol.attach.Caller;
import io.sojourn.protocol.attach.CallersRequest;
import io.sojourn.protocol.attach.Taking;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.restore.fuse.HomeTask;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects who attaches to a VM at home (jcmd, jstack) with the VM that lives here. */
public final class ToolCalls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ToolCalls.class);
  private static final long AGAIN_MILLIS = 1_000;

  private final AttachSocketsGrpc.AttachSocketsStub home;
  private final TaskLife life;
  private final int process;

  /** To find the file in a world asks the world's file system, which is this process. */
  private final ExecutorService threads =
      Executors.newCachedThreadPool(new DefaultThreadFactory("attach", true));

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("attach", true));

  private final Set<ToolCall> calls = ConcurrentHashMap.newKeySet();
  private volatile @Nullable ClientCallStreamObserver<CallersRequest> listening;
  private volatile boolean closed;

  /**
   * @param process one that lives in the world
   */
  public ToolCalls(HomeTask task, Channel home, int process) {
    this.home = AttachSocketsGrpc.newStub(home).withExecutor(threads);
    this.life = TaskLife.newBuilder().setTask(task.id()).setIncarnation(task.incarnation()).build();
    this.process = process;
  }

  public void start() {
    if (!closed) home.callers(CallersRequest.newBuilder().setLife(life).build(), new Callers());
  }

  private void comes(Caller caller) {
    ToolCall call = new ToolCall();
    calls.add(call);
    try {
      Taking taking = Taking.newBuilder().setLife(life).setCaller(caller.getNumber()).build();
      call.hold(home, taking, () -> AttachSocket.connect(process, caller.getProcess()));
    } finally {
      calls.remove(call);
    }
  }

  private void ended(Status status) {
    switch (status.getCode()) {
      case PERMISSION_DENIED, FAILED_PRECONDITION, UNAUTHENTICATED ->
          LOG.debug("home has nobody for life {}: {}", life.getIncarnation(), status);
      default -> later();
    }
  }

  private void later() {
    try {
      var unused = clock.schedule(this::start, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException over) {
      // So is the task's life here.
    }
  }

  @Override
  public void close() {
    closed = true;
    clock.shutdownNow();
    ClientCallStreamObserver<CallersRequest> call = listening;
    if (call != null) call.cancel("the task is not here any more", null);
    calls.forEach(ToolCall::close);
    // What gRPC has to say of their ends is said on these threads yet, which end by themselves.
  }

  private final class Callers implements ClientResponseObserver<CallersRequest, Caller> {
    @Override
    public void beforeStart(ClientCallStreamObserver<CallersRequest> call) {
      listening = call;
    }

    @Override
    public void onNext(Caller caller) {
      threads.execute(() -> comes(caller));
    }

    @Override
    public void onError(Throwable broken) {
      ended(Status.fromThrowable(broken));
    }

    @Override
    public void onCompleted() {
      later();
    }
  }
}
