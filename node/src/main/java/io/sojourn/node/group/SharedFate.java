package io.sojourn.node.group;

import java.util.Optional;

/** Several on this node, whose failure is the other nodes' too, and the other way round. */
public final class SharedFate implements CommonFate {
  private final Rendezvous here;
  private final Exchange others;

  public SharedFate(Rendezvous here, Exchange others) {
    this.here = here;
    this.others = others;
    others.onGivenUp(why -> here.fail("another", why));
  }

  @Override
  public void fail(String who, RuntimeException why) {
    here.fail(who, why);
    // Not when everything here is over: until then theirs would stand still.
    others.giveUp(failure().orElseThrow().explained());
  }

  @Override
  public Optional<Failure> failure() {
    return here.failure();
  }
}
