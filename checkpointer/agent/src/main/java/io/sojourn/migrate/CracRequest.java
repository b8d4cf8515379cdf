package io.sojourn.migrate;

import io.sojourn.migrate.crac.NodeDaemon;

/** How a program's wish for a checkpoint gets out: written into the control block, and a knock. */
final class CracRequest implements NodeDaemon {

  @Override
  public void ask(String request) {
    NativeAgent.requestOfCrac(request);
  }

  @Override
  public boolean knock() {
    return Knock.knock();
  }
}
