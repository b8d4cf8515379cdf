package io.sojourn.node.cli;

import io.sojourn.protocol.node.RepositoryRequest;
import io.sojourn.protocol.node.RepositoryRequest.Work;
import io.sojourn.protocol.node.RepositoryResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "repository",
    description = "Looks after the repository that the node's images are stored in.")
final class RepositoryCommand extends NodeCall {
  @Parameters(
      arity = "0..1",
      paramLabel = "WORK",
      defaultValue = "status",
      description = {
        "status: where it is (the default).",
        "check: whether everything is there; with --read-all whether it is what was written.",
        "repair: make whole what can be made whole.",
        "collect: give back the room of what no image needs; happens by itself, too.",
        "rekey: write everything anew that was encrypted with older keys."
      })
  private Work work = Work.STATUS;

  @Option(names = "--read-all", description = "With check: read every byte.")
  private boolean readAll;

  @Override
  public Integer call() {
    RepositoryResponse answer;
    try (NodeClient client = connect()) {
      answer =
          client
              .node()
              .workOnRepository(
                  RepositoryRequest.newBuilder().setWork(work).setReadAll(readAll).build());
    }
    if (json()) print(toJson(answer));
    else print(text(answer));
    return answer.getProblemsCount() == 0 ? 0 : 1;
  }

  private String text(RepositoryResponse answer) {
    String place = answer.getPlace() + (answer.getEncrypted() ? ", encrypted" : "");
    StringBuilder text =
        new StringBuilder(
            switch (work) {
              case CHECK, REPAIR ->
                  "%s: %d images in %d packs, %s; %s"
                      .formatted(
                          place,
                          answer.getImages(),
                          answer.getPacks(),
                          Units.bytes(answer.getBytes()),
                          answer.getProblemsCount() == 0 ? "all is well" : "not all is well");
              case COLLECT, REKEY ->
                  "%s: %d packs deleted, %s given back, %s written anew"
                      .formatted(
                          place,
                          answer.getDeletedPacks(),
                          Units.bytes(answer.getFreedBytes()),
                          Units.bytes(answer.getCopiedBytes()));
              default -> "%s: %d images".formatted(place, answer.getImages());
            });
    answer.getProblemsList().forEach(problem -> text.append("\n  ").append(problem));
    answer
        .getWaitsForList()
        .forEach(other -> text.append("\n  the rest goes the next time, after: ").append(other));
    if (!answer.getFailure().isEmpty())
      text.append("\n  the last image could not be stored: ").append(answer.getFailure());
    return text.toString();
  }

  private static JsonText toJson(RepositoryResponse answer) {
    JsonText text =
        new JsonText()
            .object()
            .put("place", answer.getPlace())
            .put("encrypted", answer.getEncrypted())
            .put("images", answer.getImages())
            .put("packs", answer.getPacks())
            .put("bytes", answer.getBytes())
            .put("deletedPacks", answer.getDeletedPacks())
            .put("freedBytes", answer.getFreedBytes())
            .put("copiedBytes", answer.getCopiedBytes())
            .put("failure", answer.getFailure().isEmpty() ? null : answer.getFailure())
            .array("problems");
    answer.getProblemsList().forEach(text::add);
    text.end().array("waitsFor");
    answer.getWaitsForList().forEach(text::add);
    return text.end().end();
  }
}
