package io.sojourn.restore.world;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.netty.channel.EventLoop;
import io.sojourn.engine.criu.FileSizes;
import io.sojourn.engine.criu.ProvisionedCriu;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.criu.UnixStates;
import io.sojourn.engine.files.DeviceCalls;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.JobSignals;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.linux.SocketDiagnosis;
import io.sojourn.engine.network.Arrivals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.RestoredSockets;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.stream.GuestStreams;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.restore.attach.ToolCalls;
import io.sojourn.restore.fuse.HomeLostException;
import io.sojourn.restore.fuse.HomeMount;
import io.sojourn.restore.fuse.HomePolicy;
import io.sojourn.restore.fuse.HomeTask;
import io.sojourn.restore.memory.LazyMemory;
import io.sojourn.restore.memory.Supply;
import io.sojourn.restore.net.GuestConnections;
import io.sojourn.restore.net.GuestNetwork;
import io.sojourn.restore.net.MirrorSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a task lives while it is away: namespaces in which everything looks like home. Home's files
 * are the root, home's addresses the network's; process numbers begin anew, so that the task has
 * its own. It ends with this process, or with {@link #close}.
 */
public final class GuestWorld implements AutoCloseable {
  /** As guest.h has it. */
  private static final Path PLACE = Path.of("/dev/.sojourn");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** For the last words of a task to reach home. */
  private static final Duration PARTING = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(GuestWorld.class);

  /**
   * @param criu its directory, with all that it needs, and a program "criu"
   * @param shim ckpt-shim
   */
  public record Tools(Path criu, Path shim) {}

  /**
   * What the task has at home.
   *
   * @param runDirectory of home's daemon
   * @param channel for its files
   * @param filesLoop that serves that channel's connection, and the kernel's questions for files
   * @param streams for its connections, pipes and terminals: over a connection that is served by
   *     the loop that serves those
   * @param lost what its calls do while home cannot be reached
   */
  public record Home(
      HomeTask task,
      String hostName,
      Path runDirectory,
      Channel channel,
      EventLoop filesLoop,
      Channel streams,
      HomePolicy lost) {}

  private record Mirrored(ImageSocket socket, TcpStreamImage image, MirrorSocket mirror) {}

  private final Tools tools;
  private final Path directory;
  private final Home home;
  private final StreamSession session;
  private final GuestConnections connections;
  private final GuestNetwork network;
  private final NetworkNamespace namespace;
  private final HomeMount files;
  private final List<Mirrored> mirrors = new ArrayList<>();
  private List<FrozenRelay> frozen = List.of();
  private CompletableFuture<Void> opening = CompletableFuture.completedFuture(null);
  private Runnable refused = () -> {};
  private @Nullable LazyMemory memory;
  private @Nullable Revival revival;
  private @Nullable GuestPipes pipes;
  private @Nullable GuestStreams streams;
  private @Nullable ToolCalls attached;
  private volatile boolean apart;
  private boolean shut;

  private GuestWorld(
      Tools tools,
      Path directory,
      Home home,
      EventLoop loop,
      GuestNetwork network,
      HomeMount files) {
    this.tools = tools;
    this.directory = directory;
    this.home = home;
    this.namespace = network.namespace();
    this.network = network;
    this.files = files;
    this.connections = new GuestConnections(network, () -> revival().first());
    this.session = new StreamSession(home.task().id(), StreamSession.Side.GUEST, loop, connections);
  }

  /**
   * Makes one, without anybody in it.
   *
   * @param directory of the world's own, on a tmpfs; holds the task's image as "image"; is removed
   *     at the end; where this fails, it is the caller's to {@link #remove}
   * @param network that looks like home's; is closed with the world, also where this fails
   * @param loop on which its connections are served
   */
  public static GuestWorld prepare(
      Tools tools, Path directory, Home home, GuestNetwork network, EventLoop loop)
      throws IOException, HomeLostException, InterruptedException {
    try {
      return new GuestWorld(tools, directory, home, loop, network, files(tools, directory, home));
    } catch (IOException | HomeLostException | InterruptedException | RuntimeException failed) {
      network.close();
      throw failed;
    }
  }

  private static HomeMount files(Tools tools, Path directory, Home home)
      throws IOException, HomeLostException, InterruptedException {
    for (String name : List.of("root", "criu", "work"))
      Files.createDirectories(directory.resolve(name));
    Files.copy(tools.shim(), directory.resolve("ckpt-shim"));
    return HomeMount.mount(
        directory.resolve("root"),
        home.channel(),
        home.filesLoop(),
        home.task(),
        home.lost(),
        PATIENCE,
        Path.of("/"));
  }

  /**
   * Restores the task, which stands still. From here on what it connects to would be home's.
   *
   * @param supply of its memory, where that is not in the image
   * @param limit after which it is given up
   */
  public void restore(@Nullable Supply supply, Duration limit) throws IOException {
    Path images = directory.resolve("image");
    for (ImageSocket socket : ImageSocket.connectionsToOthers(images)) {
      TcpStreamImage image = TcpStreamImage.read(TcpStreamImage.path(images, socket.ino()));
      MirrorSocket mirror =
          namespace.call(
              () -> MirrorSocket.of(image, socket.state(), socket.local(), socket.peer()));
      mirrors.add(new Mirrored(socket, image, mirror));
    }
    Manifest manifest = ImageDirectory.open(images).manifest();
    boolean unix = manifest.getStreamsList().stream().anyMatch(StreamKind::isUnix);
    UnixStates states = unix ? UnixStates.of(images) : UnixStates.NONE;
    GuestPipes made =
        namespace.call(
            () ->
                new GuestPipes(
                    home.task(),
                    manifest,
                    states,
                    home.streams(),
                    session.loop(),
                    new CallersFromHome(namespace, files)));
    pipes = made;
    if (supply != null) {
      LazyMemory lazy = LazyMemory.of(images, directory.resolve("work"), supply);
      memory = lazy;
      supply.to(lazy);
      lazy.start();
    }
    Revival here = namespace.call(() -> begin(images, made, limit));
    revival = here;
    // What only home's interfaces have is told to the sockets that it has there.
    RestoredSockets.settle(manifest, here.task().pid());
    // The kernel takes its time for rules; home has something to do meanwhile, too.
    opening = CompletableFuture.runAsync(this::open);
    connections.start(session);
  }

  private void open() {
    try {
      network.open();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Revival begin(Path images, GuestPipes made, Duration limit) throws IOException {
    FileSizes.forget(images);
    ConnectionLock lock = new ConnectionLock(home.task().id());
    lock.cover(ImageSocket.speakingWhenRestored(images));
    try {
      return Revival.begin(order(made), limit);
    } finally {
      lock.lift();
    }
  }

  private Revival.Order order(GuestPipes made) {
    List<String> shim = new ArrayList<>(List.of(tools.shim().toString(), "run"));
    shim.addAll(List.of("--guest", directory.toString(), "--host-name", home.hostName()));
    shim.addAll(List.of("--criu", tools.criu().toString()));
    made.controlling().ifPresent(path -> shim.addAll(List.of("--terminal", path.toString())));
    return new Revival.Order(
        shim,
        ownCriu(),
        PLACE.resolve("ckpt-shim"),
        PLACE.resolve("image"),
        directory.resolve("image"),
        PLACE.resolve("work"),
        directory.resolve("work"),
        home.runDirectory(),
        made.given(),
        memory != null);
  }

  /**
   * Lets it run.
   *
   * @param refused called when home does not serve this life any more
   */
  public void run(Runnable refused) {
    this.refused = refused;
    awaitOpen();
    revival().run(home.task().incarnation());
    if (memory != null) memory.fetchAll();
    for (Mirrored one : mirrors)
      connections.mirror(
          one.mirror(),
          one.socket().state(),
          one.socket().local(),
          one.socket().peer(),
          one.image().sending().length);
    mirrors.clear();
    carry();
    Objects.requireNonNull(pipes)
        .start(() -> JobSignals.send(revival().task().pid(), Signals.WINCH, true));
    files.reachedBy(pipes.callers());
    ToolCalls calls = new ToolCalls(home.task(), home.channel(), revival().task().pid());
    attached = calls;
    calls.start();
  }

  private void awaitOpen() {
    try {
      opening.join();
    } catch (CompletionException failed) {
      throw OperationException.failed(
          "what the task connects to would not be home's: " + failed.getMessage(),
          "see the log of the daemon there",
          failed);
    }
  }

  private void carry() {
    GuestStreams made =
        new GuestStreams(
            session,
            home.task().incarnation(),
            home.streams(),
            home.lost().failAfter(),
            status -> refused.run());
    streams = made;
    made.start();
  }

  public Revival revival() {
    return Objects.requireNonNull(revival, "nobody lives here");
  }

  /** Where images and notes of this world lie. */
  public Path directory() {
    return directory;
  }

  /** The command line of a CRIU that sees what the task sees. */
  public List<String> criu() {
    List<String> command = new ArrayList<>(List.of("nsenter", "--target", "" + revival().first()));
    command.addAll(List.of("--pid", "--mount", "--net", "--uts", "--ipc"));
    command.addAll(ownCriu());
    return command;
  }

  /** As it is called inside. */
  private List<String> ownCriu() {
    return ProvisionedCriu.words(tools.criu(), PLACE.resolve("criu"));
  }

  /** How a path below {@link #directory} is called inside. */
  public Path inside(Path ours) {
    return PLACE.resolve(directory.relativize(ours));
  }

  /** Lets the task accept who has come already; home lets nobody in any more. The task runs. */
  public void letArrive() throws IOException {
    try (SocketDiagnosis diagnosis = namespace.call(SocketDiagnosis::make)) {
      if (!Arrivals.settle(() -> diagnosis.arriving().isEmpty()))
        LOG.warn("task {} does not accept who connects to it: they are lost", home.task().id());
    } catch (IOException | RuntimeException failed) {
      throw failed;
    } catch (Exception impossible) {
      throw new IOException(impossible);
    }
  }

  /**
   * Takes the streams apart, before the task is dumped; the task stands still. {@link #thaw} puts
   * them together again, also where this has failed.
   */
  public SessionState freeze() throws IOException {
    apart = true;
    try {
      SessionState state = session.loop().submit(session::freeze).get();
      frozen = session.loop().submit(connections::frozen).get();
      shut = true;
      network.shut(frozen);
      if (!files.drain(PATIENCE)) throw new IOException("home does not take what was written");
      return state;
    } catch (ExecutionException failed) {
      throw new IOException("the streams cannot be taken apart", failed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What the kernel holds of the connections, once the task is dumped. */
  public List<FrozenConnection> read() {
    return frozen.stream().map(FrozenRelay::read).toList();
  }

  /**
   * The task is dumped and stands still: what came for it by pipes and was not read, by descriptor.
   *
   * @throws IOException where home does not take what the task has written
   */
  public Map<Integer, ByteString> unread() throws IOException {
    return Objects.requireNonNull(pipes).unread(PATIENCE);
  }

  /** After {@link #unread}: its unix connections. */
  public List<TakenConnection> taken() {
    return Objects.requireNonNull(pipes).taken();
  }

  /** Whether its streams are taken apart. */
  public boolean apart() {
    return apart;
  }

  /** The task is to run on here after all: packets pass again. Once; {@link #thaw} does it, too. */
  public void letPass() throws IOException {
    if (!shut) return;
    network.open();
    shut = false;
  }

  /** The task is to run on here after all: every stream goes on at its byte. */
  public void thaw() throws IOException {
    if (!apart) return;
    letPass();
    apart = false;
    // Two calls for one session would take it from each other.
    GuestStreams before = Objects.requireNonNull(streams);
    frozen.forEach(FrozenRelay::thaw);
    frozen = List.of();
    session
        .loop()
        .execute(
            () -> {
              before.stop();
              session.thaw();
            });
    carry();
    Objects.requireNonNull(pipes).thaw();
  }

  /** Completes when all of its memory is here; fails where that will never be. */
  public CompletableFuture<Void> whole() {
    return memory == null ? CompletableFuture.completedFuture(null) : memory.whole();
  }

  /** Completes with how the task ended. */
  public CompletableFuture<String> ended() {
    return revival().ended();
  }

  /**
   * Removes the directory of a world that is gone. Not at once with all in it: as long as home's
   * files are mounted there, that would remove home's. Where the process that served them has died,
   * they are, and answer nobody.
   */
  public static void remove(Path directory) throws IOException {
    DeviceCalls.unmount(directory.resolve("root").toString(), DeviceCalls.MNT_DETACH);
    Files.deleteIfExists(directory.resolve("root"));
    Trees.delete(directory);
  }

  /** Ends whoever lives here, and takes everything away. */
  @Override
  public void close() throws IOException {
    if (attached != null) attached.close();
    if (revival != null) revival.end();
    if (memory != null) memory.close();
    GuestStreams carrying = streams;
    if (carrying != null) session.loop().execute(carrying::stop);
    mirrors.forEach(one -> one.mirror().close());
    frozen.forEach(FrozenRelay::close);
    if (pipes != null) {
      pipes.drained(PARTING);
      pipes.close();
    }
    connections.close();
    var unused = opening.whenComplete((open, failed) -> network.close());
    files.close();
    remove(directory);
  }
}
