package io.sojourn.node.move;

import io.sojourn.node.cluster.Peers;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.protocol.image.Machine;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.ReadyRequest;
import io.sojourn.restore.MachineCheck;

/** Asks another node whether a task of this one could live there. */
public final class Readiness {
  private Readiness() {}

  /**
   * @throws io.sojourn.engine.operation.OperationException it could not, or the node is away
   */
  public static void of(Peers peers, String node) {
    ask(peers, node, ReadyRequest.newBuilder());
  }

  /**
   * The same when one is about to go there.
   *
   * @param network what its network looks like
   */
  static void of(Peers peers, String node, HomeNetwork network) {
    ask(peers, node, ReadyRequest.newBuilder().setNetwork(network));
  }

  private static void ask(Peers peers, String node, ReadyRequest.Builder request) {
    Machine here = MachineCheck.here();
    var guests = GuestWorldsGrpc.newBlockingStub(peers.channel(node));
    var unused =
        Step.at(
            node,
            () ->
                guests.ready(
                    request
                        .setArchitecture(here.getArchitecture())
                        .setKernel(here.getKernel())
                        .addAllCpuFeatures(here.getCpuFeaturesList())
                        .setCpuModel(here.getCpuModel())
                        .build()));
  }
}
