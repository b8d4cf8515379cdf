package io.sojourn.engine.network;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.connection.GroupMembership;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * That a socket listens to a group on an interface: to all sources but these, or to these only.
 * These are the filter modes EXCLUDE and INCLUDE of RFC 3376 and 3810.
 */
public record Membership(
    String networkInterface, InetAddress group, boolean only, Set<InetAddress> sources) {
  public Membership {
    sources = Set.copyOf(sources);
  }

  /** Whether both are about the same group on the same interface. */
  public boolean sameGroup(Membership other) {
    return networkInterface.equals(other.networkInterface) && group.equals(other.group);
  }

  /** Of the same group: what either of the two hears. See RFC 3376, 3.2. */
  public Membership or(Membership other) {
    if (only && !other.only) return other.or(this);
    Set<InetAddress> both = new LinkedHashSet<>(sources);
    if (only) both.addAll(other.sources);
    else if (other.only) both.removeAll(other.sources);
    else both.retainAll(other.sources);
    return new Membership(networkInterface, group, only, both);
  }

  /**
   * @throws IllegalArgumentException where an address is none
   */
  public static Membership of(GroupMembership message) {
    Set<InetAddress> sources = new LinkedHashSet<>();
    message.getSourcesList().forEach(one -> sources.add(Endpoints.address(one)));
    return new Membership(
        message.getNetworkInterface(),
        Endpoints.address(message.getGroup()),
        message.getOnly(),
        sources);
  }

  public GroupMembership message() {
    GroupMembership.Builder message =
        GroupMembership.newBuilder()
            .setNetworkInterface(networkInterface)
            .setGroup(ByteString.copyFrom(group.getAddress()))
            .setOnly(only);
    sources.forEach(one -> message.addSources(ByteString.copyFrom(one.getAddress())));
    return message.build();
  }
}
