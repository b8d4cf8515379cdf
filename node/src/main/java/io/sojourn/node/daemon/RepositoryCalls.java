package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.archive.Archive;
import io.sojourn.protocol.node.RepositoryRequest;
import io.sojourn.protocol.node.RepositoryResponse;
import io.sojourn.repository.Collected;
import io.sojourn.repository.Health;
import java.util.Locale;

/** Looks after the repository: what {@code ckpt repository} asks. */
final class RepositoryCalls {
  private final Archive archive;

  RepositoryCalls(Archive archive) {
    this.archive = archive;
  }

  RepositoryResponse run(RepositoryRequest request, Caller caller) {
    return OperationLog.noted(
        "repository",
        request.getWork().name().toLowerCase(Locale.ROOT),
        caller,
        () -> runNow(request, caller),
        answer -> answer.getProblemsCount() + " problems");
  }

  private RepositoryResponse runNow(RepositoryRequest request, Caller caller) {
    if (!caller.root())
      throw OperationException.refused(
          "only root may look after the repository", "call it as root: sudo ckpt ...");
    RepositoryResponse answer =
        switch (request.getWork()) {
          case CHECK ->
              health(
                  archive.run(
                      "it cannot be checked",
                      repository -> repository.check(request.getReadAll(), read -> {})));
          case REPAIR ->
              health(
                  archive.run(
                      "it cannot be repaired", repository -> repository.repair(read -> {})));
          case COLLECT ->
              collected(
                  archive.run("nothing can be collected", repository -> repository.collect()));
          case REKEY ->
              collected(archive.run("its key cannot be changed", repository -> repository.rekey()));
          default ->
              RepositoryResponse.newBuilder()
                  .setImages(
                      archive.run("it cannot be read", repository -> repository.names().size()))
                  .setFailure(archive.failure())
                  .build();
        };
    return answer.toBuilder()
        .setPlace(archive.place().place())
        .setEncrypted(archive.place().encrypted())
        .build();
  }

  private static RepositoryResponse health(Health health) {
    return RepositoryResponse.newBuilder()
        .setImages(health.images())
        .setPacks(health.packs())
        .setBytes(health.bytes())
        .addAllProblems(health.problems())
        .build();
  }

  private static RepositoryResponse collected(Collected collected) {
    return RepositoryResponse.newBuilder()
        .setDeletedPacks(collected.packs())
        .setFreedBytes(collected.freedBytes())
        .setCopiedBytes(collected.copiedBytes())
        .addAllWaitsFor(collected.waitsFor())
        .build();
  }
}
