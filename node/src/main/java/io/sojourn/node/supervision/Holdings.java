package io.sojourn.node.supervision;

import io.sojourn.protocol.lives.LifeClaim;
import java.util.Optional;

/** The tasks of this node that leases are about. */
public interface Holdings {
  /** Those that any node may restart. */
  Iterable<Supervised> anywhere();

  /** What others must know of one to take it over. */
  LifeClaim.Builder describe(Supervised one);

  /** Ends the life that runs here. */
  void end(String task, String why);

  /** The repository that leases were in before, where that was another; else it is this now. */
  Optional<String> repository(String now);

  /** Another node has it from now on. */
  void gone(String task, String node);

  /** Whether this node could take it over. */
  boolean takes(LifeClaim claim);

  /**
   * Another node has this life of a group's task: an older one that runs here, unknown to those who
   * brought the group back there, has no part in it.
   */
  void superseded(LifeClaim claim);

  /** This node has it from now on. */
  void taken(LifeClaim claim, String why);

  /** This node has it from now on, and somebody is about to make it live here. */
  void claimed(LifeClaim claim);
}
