package io.sojourn.checkpointer;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.ThreadCall;
import io.sojourn.engine.linux.UnixSocket;
import io.sojourn.protocol.image.Thread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which threads there are, and what each blocked one waits for. */
final class ThreadCensus {
  private final List<ThreadCall> calls;

  /** As the task sees them, where that is otherwise than here. */
  private final Map<Integer, Integer> numbers;

  private ThreadCensus(List<ThreadCall> calls, Map<Integer, Integer> numbers) {
    this.calls = calls;
    this.numbers = numbers;
  }

  /**
   * Taken when the VM stands still and before CRIU holds the task: a held thread shows CRIU's
   * calls, not its own.
   */
  static ThreadCensus take(int root) {
    List<ThreadCall> calls = new ArrayList<>();
    Map<Integer, Integer> numbers = new HashMap<>();
    boolean apart = Proc.innermostPid(root) != root;
    for (int pid : Proc.tree(root))
      for (int tid : Proc.threads(pid)) {
        calls.add(ThreadCall.of(pid, tid));
        if (apart) numbers.put(tid, Proc.innermostPid(tid));
      }
    return new ThreadCensus(calls, numbers);
  }

  /** With the descriptors' meaning, which may be read later. */
  List<Thread> describe(TaskFacts facts) {
    return calls.stream().map(call -> describe(call, facts)).toList();
  }

  private int own(int number) {
    return numbers.getOrDefault(number, number);
  }

  private Thread describe(ThreadCall call, TaskFacts facts) {
    Thread.Builder thread =
        Thread.newBuilder().setPid(own(call.pid())).setTid(own(call.tid())).setName(call.name());
    if (call.number() < 0) return thread.build();
    String name = SystemCalls.name(call.number());
    thread.setSystemCall(name);
    List<Integer> descriptors = List.of();
    if (SystemCalls.waitsForDescriptor(name)) descriptors = List.of((int) call.argument(0));
    if (SystemCalls.polls(name)) descriptors = call.polled();
    if (SystemCalls.waitsForEpoll(name))
      descriptors =
          find(facts, call.pid(), (int) call.argument(0))
              .map(Descriptor::watched)
              .orElse(List.of());
    thread.addAllDescriptors(descriptors);
    String targets =
        descriptors.stream()
            .limit(8)
            .map(number -> describe(facts, call.pid(), number))
            .collect(Collectors.joining(", "));
    if (!targets.isEmpty())
      thread.setWaitsFor(name + " on " + targets + (descriptors.size() > 8 ? ", ..." : ""));
    return thread.build();
  }

  private static Optional<Descriptor> find(TaskFacts facts, int pid, int number) {
    return facts.descriptors().stream()
        .filter(d -> d.pid() == pid && d.number() == number)
        .findFirst();
  }

  private static String describe(TaskFacts facts, int pid, int number) {
    return find(facts, pid, number)
        .map(descriptor -> describe(facts, descriptor))
        .orElse("descriptor " + number);
  }

  private static String describe(TaskFacts facts, Descriptor descriptor) {
    InternetSocket internet = facts.internetSockets().get(descriptor.inode());
    if (internet != null)
      return internet.protocol()
          + " "
          + internet.ends()
          + (internet.listening() ? " (listening)" : "");
    UnixSocket unix = facts.unixSockets().get(descriptor.inode());
    if (unix != null) return "unix " + (unix.path().isEmpty() ? "connection" : unix.path());
    return descriptor.target();
  }
}
