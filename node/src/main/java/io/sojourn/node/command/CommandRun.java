package io.sojourn.node.command;

import io.grpc.Channel;
import io.sojourn.node.cli.Ckpt;
import io.sojourn.node.cli.Screen;
import io.sojourn.node.cli.Session;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command line of a caller's, on a thread of its own. */
final class CommandRun implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(CommandRun.class);

  /** Where a terminal does not say how wide it is. */
  private static final int USUAL_COLUMNS = 80;

  private final Request request;
  private final Channel calls;
  private final Answer answer;

  CommandRun(Request request, Channel calls, Answer answer) {
    this.request = request;
    this.calls = calls;
    this.answer = answer;
  }

  @Override
  public void run() {
    PrintWriter out = writer(FrameType.OUTPUT), err = writer(FrameType.ERROR);
    int status;
    try {
      status = Ckpt.run(session(), out, err, request.words());
    } catch (RuntimeException | Error defect) {
      log.error("a command failed", defect);
      err.println("ckpt: the node daemon failed: " + defect + "\n  mend: see its log");
      status = 1;
    }
    out.flush();
    err.flush();
    answer.status(status);
  }

  private PrintWriter writer(byte type) {
    return new PrintWriter(new OutputStreamWriter(answer.stream(type), request.charset()), true);
  }

  private Session session() {
    Screen screen =
        request.watched()
            ? new Screen(new PrintStream(answer.screen(), false, request.charset()), this::columns)
            : null;
    return new Session(request.environment(), request.directory(), screen, calls);
  }

  /** As the library has it: the last column stays free. */
  private int columns() {
    return (request.columns() == 0 ? USUAL_COLUMNS : request.columns()) - 1;
  }
}
