package io.sojourn.node.move;

import io.sojourn.node.cluster.Peers;
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
    Machine here = MachineCheck.here();
    var guests = GuestWorldsGrpc.newBlockingStub(peers.channel(node));
    var unused =
        Step.at(
            node,
            () ->
                guests.ready(
                    ReadyRequest.newBuilder()
                        .setArchitecture(here.getArchitecture())
                        .setKernel(here.getKernel())
                        .addAllCpuFeatures(here.getCpuFeaturesList())
                        .setCpuModel(here.getCpuModel())
                        .build()));
  }
}
