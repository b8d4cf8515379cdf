package io.sojourn.benchmarks;

import java.nio.file.Path;

/**
 * Ours, with the options that a user gets who gives none.
 *
 * @param collection {@code auto}, {@code full} or {@code none}
 */
record Sojourn(Node node, String collection) implements Contender {
  @Override
  public String agent() {
    return node.agent().toString();
  }

  @Override
  public Shell.Finished checkpoint(RunningSubject program, Path image)
      throws Failure, InterruptedException {
    return make("checkpoint", program, image);
  }

  @Override
  public Shell.Finished freeze(RunningSubject program, Path image)
      throws Failure, InterruptedException {
    return make("freeze", program, image);
  }

  private Shell.Finished make(String verb, RunningSubject program, Path image)
      throws Failure, InterruptedException {
    String pid = String.valueOf(program.pid());
    return node.ckpt(verb, pid, "-o", image.toString(), "--gc=" + collection, "--json");
  }

  @Override
  public Shell.Finished restore(Path image) throws Failure, InterruptedException {
    return node.ckpt("restore", image.toString(), "--json");
  }
}
