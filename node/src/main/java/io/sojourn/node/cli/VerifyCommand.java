package io.sojourn.node.cli;

import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.VerifyImageRequest;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "verify", description = "Reads every byte of an image and compares its digests.")
final class VerifyCommand extends OperationCall {
  @Parameters(
      paramLabel = "IMAGE",
      description = "An image's name or directory, or a task: its newest image.")
  private String image = "";

  @Override
  Iterator<OperationEvent> start(NodeClient client) {
    return client
        .node()
        .verifyImage(VerifyImageRequest.newBuilder().setImage(session().image(image)).build());
  }

  @Override
  String sentence(OperationResult result) {
    return "image " + result.getImage() + " is whole: " + Units.bytes(result.getBytes());
  }
}
