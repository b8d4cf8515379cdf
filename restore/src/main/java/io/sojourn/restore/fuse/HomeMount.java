package io.sojourn.restore.fuse;

import io.grpc.Channel;
import io.netty.channel.EventLoop;
import io.sojourn.engine.files.ConnectingSocket;
import io.sojourn.engine.files.DeviceCalls;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Result;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.files.UserThread;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Home's files, mounted. While it is open, this process serves the kernel; when this process dies,
 * however, the kernel aborts the connection, and who has files open there gets ENOTCONN: nothing
 * hangs. This process itself must not use the mount: it would wait for itself.
 */
public final class HomeMount implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HomeMount.class);

  private static final int S_IFDIR = 040000;

  private final Path target;
  private final HomeLink link;
  private final Conversation conversation;
  private final Notifier notifier;
  private final EventLoop loop;
  private @Nullable Reader reader;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  private HomeMount(
      Path target, HomeLink link, EventLoop loop, Conversation conversation, Notifier notifier) {
    this.target = target;
    this.link = link;
    this.loop = loop;
    this.conversation = conversation;
    this.notifier = notifier;
  }

  /**
   * Mounts home's files.
   *
   * @param target a directory, in the calling thread's mount namespace
   * @param home a channel to the home node; its flow-control window should be 4 MiB or more, and
   *     its keep-alive decides how soon a dead link is noticed. It stays the caller's.
   * @param loop that serves that channel's connection; the kernel's requests are read there
   * @param patience how long home may take to answer at first
   * @param own root of this node's files, of which those that are as home's are read here
   * @throws HomeLostException where home refuses, or does not answer
   * @throws IOException where the kernel refuses
   */
  public static HomeMount mount(
      Path target,
      Channel home,
      EventLoop loop,
      HomeTask task,
      HomePolicy policy,
      Duration patience,
      Path own)
      throws IOException, HomeLostException, InterruptedException {
    FuseChannel channel = FuseChannel.open();
    Notifier notifier = new Notifier();
    Conversation conversation = new Conversation(notifier, own);
    HomeLink link = new HomeLink(home, task, policy, conversation.answers(), loop);
    HomeMount mount = new HomeMount(target, link, loop, conversation, notifier);
    try {
      Opened opened = opened(link, patience);
      conversation.over(link, opened.getWatching());
      mount.begin(channel, opened);
      return mount;
    } catch (IOException | HomeLostException | InterruptedException | RuntimeException e) {
      if (mount.reader == null) channel.close();
      mount.close();
      throw e;
    }
  }

  private static Opened opened(HomeLink link, Duration patience)
      throws HomeLostException, InterruptedException {
    try {
      return link.open().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HomeLostException lost) throw lost;
      throw new HomeLostException("home does not answer", e);
    } catch (TimeoutException e) {
      throw new HomeLostException("home does not answer within " + patience, e);
    }
  }

  private void begin(FuseChannel channel, Opened opened) throws IOException {
    String options =
        "fd="
            + channel.number()
            + ",rootmode="
            + Integer.toOctalString(
                opened.getRoot().getMode() == 0 ? S_IFDIR | 0755 : opened.getRoot().getMode())
            // The kernel checks modes and lists as home does; home checks again.
            + ",user_id=0,group_id=0,allow_other,default_permissions";
    int mounted = DeviceCalls.mount("home", target.toString(), "fuse", 0, options);
    if (mounted < 0)
      throw new IOException(
          "home's files cannot be mounted on " + target + ": errno " + Result.errno(mounted));
    Reader first = new Reader(channel, conversation, loop, () -> gone.complete(null));
    reader = first;
    first.start();
    notifier.over(channel.another());
    conversation.mounted(target);
    readAhead();
  }

  /** The kernel's default would ask for 128 KiB at a time, whatever was agreed on. */
  private void readAhead() {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/thread-self/mountinfo"))) {
      for (String mount : (Iterable<String>) mounts::iterator) {
        String[] words = mount.split(" ");
        if (words[4].equals(target.toString()) && mount.contains(" - fuse home "))
          Files.writeString(Path.of("/sys/class/bdi/" + words[2] + "/read_ahead_kb"), "1024");
      }
    } catch (IOException slower) {
      LOG.debug("Read-ahead stays as it is: {}", slower.toString());
    }
  }

  /**
   * Waits until all that the task has written by now is at home: before it leaves this node.
   *
   * @return false when that takes too long
   */
  public boolean drain(Duration patience) throws InterruptedException {
    return conversation.drain(patience.toMillis());
  }

  /** The task may reach others at home by the names of sockets and FIFOs from now on. */
  public void reachedBy(SocketCallers callers) {
    conversation.reachedBy(callers);
  }

  /**
   * Connects to a socket that the task has bound to a file of home's. On a thread that may wait for
   * this mount.
   *
   * @param file as home has told of it
   * @param socket in the task's network namespace
   * @param as who connects
   * @param seconds for which it is waited where too many wait already
   * @return 0, or an errno as a negative number
   */
  public int connect(Entry file, int socket, ThreadIdentity as, long seconds) throws IOException {
    int opened = conversation.open(file);
    if (opened < 0) return opened;
    try (UserThread thread = UserThread.of(as)) {
      return thread.call(() -> ConnectingSocket.connect(socket, opened, seconds));
    } finally {
      FileCalls.close(opened);
    }
  }

  /** Completes when the file system is gone, whoever has unmounted it. */
  public CompletableFuture<Void> gone() {
    return gone;
  }

  /** Unmounts; what is still open there fails with ENOTCONN. Home lets go of all that was open. */
  @Override
  public void close() {
    conversation.reachedByNobody();
    DeviceCalls.unmount(target.toString(), DeviceCalls.MNT_DETACH);
    try {
      link.close();
      Reader last = reader;
      if (last != null) last.stop();
      conversation.close();
      notifier.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    gone.complete(null);
  }
}
