package io.sojourn.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Runs command lines in this process. */
public final class Shell {
  private final Path runDirectory;

  /** What one printed, and its exit status. */
  public record Result(int status, String out, String err) {
    public JsonNode json() {
      try {
        return new ObjectMapper().readTree(out);
      } catch (IOException e) {
        throw new AssertionError(out, e);
      }
    }
  }

  public Shell(Path runDirectory) {
    this.runDirectory = runDirectory;
  }

  public Result run(String... words) {
    List<String> args = new ArrayList<>(List.of(words));
    args.add("--run-dir");
    args.add(runDirectory.toString());
    StringWriter out = new StringWriter(), err = new StringWriter();
    CommandLine line = Ckpt.line(args.toArray(String[]::new));
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int status = line.execute(args.toArray(String[]::new));
    return new Result(status, out.toString(), err.toString());
  }
}
