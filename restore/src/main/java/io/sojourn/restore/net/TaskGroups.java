package io.sojourn.restore.net;

import io.netty.channel.EventLoop;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.NetworkTables;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.SocketDiagnosis.Bound;
import io.sojourn.engine.network.Membership;
import io.sojourn.engine.network.MulticastGroups;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * The groups that the task's datagram sockets listen to. The kernel has no event for a join: each
 * look asks whether the namespace's tables are as they were, and only if not, the sockets. All but
 * that is done by the namespace's thread.
 */
final class TaskGroups implements AutoCloseable {
  private final NetworkNamespace namespace;
  private final EventLoop loop;
  private final IntSupplier root;
  private final NetworkTables tables;
  private Set<Long> before = Set.of();
  private boolean any;
  private boolean asking;

  /**
   * @param root the process of which all others of the task are children
   */
  TaskGroups(NetworkNamespace namespace, EventLoop loop, IntSupplier root) throws IOException {
    this.namespace = namespace;
    this.loop = loop;
    this.root = root;
    this.tables =
        namespace.call(() -> NetworkTables.open("igmp", "mcfilter", "igmp6", "mcfilter6"));
  }

  /**
   * On the loop.
   *
   * @param sockets by inode
   * @param heard called on the loop, soon, where there may be news: what each socket listens to;
   *     those that listen to nothing are not in it
   */
  void look(Map<Long, Bound> sockets, Consumer<Map<Bound, List<Membership>>> heard) {
    if (asking || sockets.isEmpty()) return;
    boolean others = any && !before.equals(sockets.keySet());
    if (!tables.changed() && !others) return;
    before = Set.copyOf(sockets.keySet());
    asking = true;
    namespace.execute(
        () -> {
          MulticastGroups groups = MulticastGroups.here();
          boolean some = groups.any();
          Map<Bound, List<Membership>> found = some ? ask(sockets, groups) : Map.of();
          loop.execute(
              () -> {
                any = some;
                asking = false;
                heard.accept(found);
              });
        });
  }

  private Map<Bound, List<Membership>> ask(Map<Long, Bound> sockets, MulticastGroups groups) {
    Map<Bound, List<Membership>> found = new HashMap<>();
    Set<Long> asked = new HashSet<>();
    for (int pid : Proc.tree(root.getAsInt()))
      for (Descriptor one : Descriptor.of(pid)) {
        Bound where = one.isSocket() ? sockets.get(one.inode()) : null;
        if (where == null || !asked.add(one.inode())) continue;
        try (PidDescriptor process = PidDescriptor.open(pid);
            OwnDescriptor duplicate = process.duplicate(one.number())) {
          for (Membership each : groups.memberships(duplicate))
            add(found.computeIfAbsent(where, first -> new ArrayList<>()), each);
        } catch (IOException closed) {
          // The next look will see that.
        }
      }
    return found;
  }

  /** Several sockets may have one address, and are one at home. */
  private static void add(List<Membership> all, Membership one) {
    for (int i = 0; i < all.size(); i++)
      if (all.get(i).sameGroup(one)) {
        all.set(i, all.get(i).or(one));
        return;
      }
    all.add(one);
  }

  /** On the loop. */
  @Override
  public void close() {
    tables.close();
  }
}
