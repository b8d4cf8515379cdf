package io.sojourn.node.cli;

import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.ShipImageRequest;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ship", description = "Copies an image to another node.")
final class ShipCommand extends OperationCall {
  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "An image's name or directory, or a task: its newest image.")
  private String image = "";

  @Parameters(index = "1", paramLabel = "NODE", description = "A node's name: ckpt nodes.")
  private String node = "";

  @Option(names = "--in-memory", description = "Keep it in that node's memory, not on its disk.")
  private boolean inMemory;

  @Override
  Iterator<OperationEvent> start(NodeClient client) {
    return client
        .cluster()
        .shipImage(
            ShipImageRequest.newBuilder()
                .setImage(session().image(image))
                .setNode(node)
                .setInMemory(inMemory)
                .build());
  }

  @Override
  String sentence(OperationResult result) {
    return "image %s is on node %s: %s, %s over the network"
        .formatted(
            result.getImage(),
            result.getNode(),
            Units.bytes(result.getBytes()),
            Units.bytes(result.getWireBytes()));
  }
}
