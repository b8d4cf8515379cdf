package io.sojourn.home.files;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.protocol.files.Request;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Home's daemon, as far as files go, in a JVM of its own. Each task has the directory of its name.
 * A request of a number from {@link #FIRST} on stands still behind the step that its number says,
 * for as long as the JVM lives.
 */
final class HomeToKill {
  static final int USER = 54321;
  static final long FIRST = 1000;

  private HomeToKill() {}

  static Steps.Step step(long id) {
    return Steps.Step.values()[(int) (id - FIRST)];
  }

  static long id(Steps.Step step) {
    return FIRST + step.ordinal();
  }

  static Server serve(Path roots, Path ledgers, Steps steps) throws Exception {
    ThreadIdentity user = new ThreadIdentity(USER, USER, new int[] {USER});
    FileService service =
        new FileService(
            (task, life) -> new Export(roots.resolve(task), user), 1000, ledgers, steps);
    return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
        .addService(service)
        .build()
        .start();
  }

  public static void main(String[] arguments) throws Exception {
    boolean standsStill = Boolean.parseBoolean(arguments[2]);
    Server server =
        serve(
            Path.of(arguments[0]),
            Path.of(arguments[1]),
            standsStill ? new StandsStill() : Steps.NONE);
    System.out.println("port " + server.getPort());
    server.awaitTermination();
  }

  private static final class StandsStill implements Steps {
    private final ThreadLocal<Request> underWay =
        ThreadLocal.withInitial(Request::getDefaultInstance);

    @Override
    public void begins(Request request) {
      underWay.set(request);
    }

    @Override
    public void after(Step step) {
      Request request = underWay.get();
      long id = request.getId();
      if (id < FIRST || step(id) != step) return;
      System.out.println(request.getCallCase() + " stands behind " + step);
      while (true) LockSupport.park();
    }
  }
}
