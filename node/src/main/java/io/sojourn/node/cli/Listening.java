package io.sojourn.node.cli;

import picocli.CommandLine.Option;

/** Where a node of a cluster is called by the others. */
final class Listening {
  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      defaultValue = "",
      description = "Where other nodes call. Default: port 7077 of all addresses.")
  private String listen = "";

  @Option(
      names = "--advertise",
      paramLabel = "ADDRESS:PORT",
      defaultValue = "",
      description = {
        "What other nodes are told to call. Default: where it listens, or the first address of",
        "this machine."
      })
  private String advertise = "";

  String listen() {
    return listen;
  }

  String advertise() {
    return advertise;
  }
}
