package io.sojourn.home.attach;

import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.home.files.BoundSockets;
import io.sojourn.home.files.Exports;
import io.sojourn.protocol.attach.AttachSocketsGrpc;
import io.sojourn.protocol.attach.Caller;
import io.sojourn.protocol.attach.CallersRequest;
import io.sojourn.protocol.attach.FromCaller;
import io.sojourn.protocol.attach.FromVm;
import io.sojourn.protocol.move.TaskLife;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has the attach sockets of VMs that are away answer at home. A VM binds one when jcmd(1) or
 * another tool wants to talk with it (attachListener_posix.cpp of the JDK); its file is home's, and
 * so is who connects.
 */
public final class AttachService extends AttachSocketsGrpc.AttachSocketsImplBase
    implements AutoCloseable {
  private final Exports exports;
  private final EventLoopGroup loops;
  private final Map<String, AttachSockets> tasks = new ConcurrentHashMap<>();

  /**
   * @param exports who may answer for which task
   * @param loops stay the caller's
   */
  public AttachService(Exports exports, EventLoopGroup loops) {
    this.exports = exports;
    this.loops = loops;
  }

  /** Those that a task makes from now on. */
  public BoundSockets of(String task, ThreadIdentity user) {
    return sockets(task, user);
  }

  private AttachSockets sockets(String task, ThreadIdentity user) {
    return tasks.computeIfAbsent(task, id -> new AttachSockets(user, loops.next()));
  }

  /**
   * An earlier daemon listened for this task, and nobody does now. Without the file the VM listens
   * anew when it is next asked (JDK-8225690).
   *
   * @param process as the VM knows itself
   */
  public static void forgetFormer(int process, ThreadIdentity user) {
    SocketFile.removeFormer(process, user);
  }

  /** The task is not away any more. */
  public void end(String task) {
    AttachSockets over = tasks.remove(task);
    if (over != null) over.close();
  }

  @Override
  public void callers(CallersRequest request, StreamObserver<Caller> answers) {
    try {
      of(request.getLife()).announceTo((ServerCallStreamObserver<Caller>) answers);
    } catch (StatusException refused) {
      answers.onError(refused);
    }
  }

  @Override
  public StreamObserver<FromVm> converse(StreamObserver<FromCaller> answers) {
    return new Conversation(
        (ServerCallStreamObserver<FromCaller>) answers,
        (taking, end) -> of(taking.getLife()).take(taking.getCaller(), end));
  }

  private AttachSockets of(TaskLife life) throws StatusException {
    return sockets(life.getTask(), exports.find(life.getTask(), life.getIncarnation()).user());
  }

  @Override
  public void close() {
    for (String task : List.copyOf(tasks.keySet())) end(task);
  }
}
