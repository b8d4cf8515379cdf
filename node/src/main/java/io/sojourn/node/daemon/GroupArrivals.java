package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.network.Relocation;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.group.Place;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.TaskIdentity;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What must hold where tasks of a group come to a node that has not made their images. */
final class GroupArrivals {
  private final String self;
  private final Ownership ownership;
  private final Supplier<InetAddress> address;

  /**
   * @param self this node's name
   * @param address at which other nodes reach it
   */
  GroupArrivals(String self, Ownership ownership, Supplier<InetAddress> address) {
    this.self = self;
    this.ownership = ownership;
    this.address = address;
  }

  private boolean arrives(Manifest image) {
    return ownership.clustered() && !image.getMachine().getNode().equals(self);
  }

  /**
   * Returns it where nothing is in the way.
   *
   * @throws OperationException refused: they do not fit here
   * @throws io.sojourn.node.supervision.TakenException another node has one of them
   */
  GroupRestore checked(GroupRestore what) {
    GroupNeighbours neighbours = new GroupNeighbours(self);
    for (ImageDirectory part : what.parts()) {
      Manifest image = part.manifest();
      TaskIdentity task = image.getTask();
      int seen = what.place(task.getId()).getClaimed();
      ownership.check(task, seen, arrives(image));
      neighbours.add(relocation(part).of(image));
    }
    return what;
  }

  /**
   * What the addresses of an image's sockets are here. A machine that has them all, by whatever
   * name it is known, keeps them.
   */
  Relocation relocation(ImageDirectory part) {
    Manifest image = part.manifest();
    if (!arrives(image)) return Relocation.NONE;
    Set<InetAddress> strange =
        Relocation.ofOneNode(image).filter(one -> !isHere(one)).collect(Collectors.toSet());
    if (strange.isEmpty()) return Relocation.NONE;
    InetAddress here = address.get();
    for (InetAddress one : strange)
      if (one instanceof Inet6Address != here instanceof Inet6Address)
        throw OperationException.refused(
            "task %s has the address %s, and node %s is reached at %s, which is of another family"
                .formatted(
                    image.getTask().getName(), one.getHostAddress(), self, here.getHostAddress()),
            "have the nodes reach each other by the same: ckpt node join --advertise ADDRESS");
    return Relocation.to(here);
  }

  private static boolean isHere(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return false;
    }
  }

  /** The number of the life that it begins. */
  int incarnation(ImageDirectory image, int proposed, Place place) {
    return ownership.nextOfGroup(image, proposed, place.getClaimed(), arrives(image.manifest()));
  }

  /** It lives here now. */
  void live(ImageDirectory image, int incarnation, Place place) {
    if (arrives(image.manifest()) || place.getClaimed() > 0) ownership.arrived(image, incarnation);
  }

  /** A task that was this node's lives on another now. */
  void left(String task, GroupRestore what) {
    ownership.leftFor(task, what.place(task).getNode());
  }
}
