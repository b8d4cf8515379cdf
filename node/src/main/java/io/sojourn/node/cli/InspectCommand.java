package io.sojourn.node.cli;

import io.sojourn.protocol.node.InspectImageRequest;
import io.sojourn.protocol.node.InspectImageResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "inspect",
    description =
        "Shows what an image holds: threads and what each waits for, files, sockets, sizes.")
final class InspectCommand extends NodeCall {
  @Parameters(
      paramLabel = "IMAGE",
      description = "An image's name or directory, or a task: its newest image.")
  private String image = "";

  @Override
  public Integer call() {
    InspectImageResponse answer;
    try (NodeClient client = connect()) {
      answer =
          client
              .node()
              .inspectImage(
                  InspectImageRequest.newBuilder().setImage(session().image(image)).build());
    }
    if (json()) {
      JsonText text = new JsonText().object().put("directory", answer.getDirectory());
      MessageJson.write(text, answer.getManifest());
      print(text.end());
    } else print(new ImageAccount(answer.getManifest(), answer.getDirectory()).text());
    return 0;
  }
}
