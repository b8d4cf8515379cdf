package io.sojourn.node.move;

import io.grpc.Channel;
import io.netty.channel.EventLoop;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.memory.Fetch;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.protocol.move.ArriveRequest;
import io.sojourn.restore.RestoreOptions;
import io.sojourn.restore.fuse.HomeLostException;
import io.sojourn.restore.fuse.HomePolicy;
import io.sojourn.restore.fuse.HomeTask;
import io.sojourn.restore.net.GuestNetwork;
import io.sojourn.restore.world.GuestWorld;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Makes a world for a task whose image has arrived, and restores it there. */
final class Arrival {
  private final Path memory;
  private final long host;
  private final GuestWorld.Tools tools;
  private final Channel home;
  private final Channel files;
  private final EventLoop filesLoop;
  private final Channel streams;
  private final EventLoop loop;
  private final Networks networks;

  /** Makes the like of home's network, or has made it. */
  interface Networks {
    GuestNetwork of(HomeNetwork home) throws IOException;
  }

  /**
   * @param host number of this process
   * @param files leads home, over a connection that filesLoop serves
   * @param streams leads home, over a connection that the loop serves
   */
  Arrival(
      Path memory,
      long host,
      GuestWorld.Tools tools,
      Channel home,
      Channel files,
      EventLoop filesLoop,
      Channel streams,
      EventLoop loop,
      Networks networks) {
    this.memory = memory;
    this.host = host;
    this.tools = tools;
    this.home = home;
    this.files = files;
    this.filesLoop = filesLoop;
    this.streams = streams;
    this.loop = loop;
    this.networks = networks;
  }

  /** The task stands still in it. Where this fails nothing of it is left, nor of its image. */
  GuestWorld world(ArriveRequest request)
      throws IOException, HomeLostException, InterruptedException {
    String task = request.getLife().getTask();
    int incarnation = request.getLife().getIncarnation();
    if (!task.matches("[A-Za-z0-9]{4,32}"))
      throw OperationException.refused("'" + task + "' is no task's id", "use one version only");
    Path image = Images.arrived(memory, request.getDirectory());
    Path directory = WorldDirectories.of(memory, host, task, incarnation);
    GuestWorld world = null;
    create(directory, image, request.getName());
    try {
      Files.move(image, directory.resolve("image"));
      GuestNetwork network = networks.of(request.getNetwork());
      world = GuestWorld.prepare(tools, directory, home(request), network, loop);
      world.restore(
          request.getLazy() ? new Fetch(home, request.getLife()) : null, limit(request, directory));
      return world;
    } catch (IOException | HomeLostException | InterruptedException | RuntimeException failed) {
      Trees.delete(image);
      if (world != null) world.close();
      else GuestWorld.remove(directory);
      throw failed;
    }
  }

  /** An attempt that its home has given up may not be over yet here. */
  private static void create(Path directory, Path image, String task) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException notOverYet) {
      Trees.delete(image);
      throw OperationException.failed(
          "an earlier attempt to bring task " + task + " there is not over yet",
          "try again in a moment");
    } catch (IOException failed) {
      Trees.delete(image);
      throw failed;
    }
  }

  private static HomePolicy lost(long millis) {
    return millis == 0 ? HomePolicy.WAIT : new HomePolicy(Optional.of(Duration.ofMillis(millis)));
  }

  private static Duration limit(ArriveRequest request, Path directory) {
    return RestoreOptions.limitFor(
        Duration.ofMillis(request.getLimitMillis()),
        ImageDirectory.open(directory.resolve("image")).bytes());
  }

  private GuestWorld.Home home(ArriveRequest request) {
    return new GuestWorld.Home(
        new HomeTask(request.getLife().getTask(), request.getLife().getIncarnation()),
        request.getHostName(),
        Path.of(request.getRunDirectory()),
        files,
        filesLoop,
        streams,
        lost(request.getHomeLostMillis()));
  }
}
