package io.sojourn.subjects.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * Works in a ZooKeeper: sets a counter, with its version, which a watcher hears of; makes a node of
 * a sequence and deletes it. A session that is lost, or only disconnected, is an error. Arguments:
 * the connect string.
 */
final class Nodes implements Work {
  private final ZooKeeper keeper;
  private final String counter;
  private final AtomicLong heard = new AtomicLong();
  private int version;
  private volatile String trouble = "";

  private Nodes(String servers, String name) throws Exception {
    this.counter = "/" + name;
    CountDownLatch connected = new CountDownLatch(1);
    keeper = new ZooKeeper(servers, 300_000, event -> session(event, connected));
    connected.await();
    keeper.create(counter, text(0), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
  }

  public static void main(String[] arguments) throws Exception {
    new Shift()
        .with(new Nodes(arguments[0], "first"))
        .with(new Nodes(arguments[0], "second"))
        .run();
  }

  private void session(WatchedEvent event, CountDownLatch connected) {
    if (event.getType() != EventType.None) return;
    if (event.getState() == KeeperState.SyncConnected) connected.countDown();
    else if (event.getState() != KeeperState.Closed) trouble = event.toString();
  }

  private static byte[] text(int number) {
    return ("number " + number).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void once() throws Exception {
    if (!trouble.isEmpty()) throw new IOException("the session: " + trouble);
    Stat stat = new Stat();
    byte[] now = keeper.getData(counter, event -> heard.incrementAndGet(), stat);
    if (stat.getVersion() != version || !Arrays.equals(now, text(version)))
      throw new IOException(
          counter + " has version " + stat.getVersion() + " instead of " + version);
    keeper.setData(counter, text(version + 1), version);
    version++;
    String mine =
        keeper.create(
            counter + "/e", new byte[10], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
    keeper.delete(mine, 0);
  }

  @Override
  public void check() throws Exception {
    Stat stat = keeper.exists(counter, false);
    // Who is answered in the events' thread has all events behind it.
    CountDownLatch told = new CountDownLatch(1);
    keeper.exists("/", false, (result, path, context, root) -> told.countDown(), null);
    told.await();
    if (stat.getVersion() != version || stat.getNumChildren() != 0 || heard.get() != version)
      throw new IOException(
          "%s: version %d and %d children after %d changes, of which %d were told"
              .formatted(counter, stat.getVersion(), stat.getNumChildren(), version, heard.get()));
  }

  @Override
  public void close() throws InterruptedException {
    keeper.close();
  }
}
