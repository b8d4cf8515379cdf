package io.sojourn.node.cli;

import io.sojourn.protocol.node.RemoveImageRequest;
import io.sojourn.protocol.node.RemoveImageResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Removes an image for good.")
final class RmCommand extends NodeCall {
  @Parameters(
      paramLabel = "IMAGE",
      description = "An image's name or directory, or what images --rolled-back names.")
  private String image = "";

  @Option(names = "--force", description = "Also where a frozen task lives in nothing else.")
  private boolean force;

  @Override
  public Integer call() {
    RemoveImageResponse removed;
    try (NodeClient client = connect()) {
      removed =
          client
              .node()
              .removeImage(
                  RemoveImageRequest.newBuilder()
                      .setImage(session().image(image))
                      .setForce(force)
                      .build());
    }
    if (json())
      print(
          new JsonText()
              .object()
              .put("image", removed.getImage())
              .put("bytes", removed.getBytes())
              .end());
    else print("removed " + removed.getImage() + ", " + Units.bytes(removed.getBytes()));
    return 0;
  }
}
