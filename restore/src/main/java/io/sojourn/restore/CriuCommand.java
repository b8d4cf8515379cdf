package io.sojourn.restore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The command line of a restore: the shim's and, behind it, CRIU's. */
final class CriuCommand {
  private CriuCommand() {}

  static List<String> of(RestoreOrder order, Path images, LogDirectory logs, Path exitStatus) {
    List<String> command = new ArrayList<>();
    String shim = order.settings().shim().toString();
    add(command, shim, "run", "--status", exitStatus, "--pid-file", logs.pidFile());
    if (order.options().asClone()) add(command, "--clone");
    PidCheck.numbersToSkip(order).ifPresent(last -> add(command, "--last-pid", last));
    List<String> inherit = new ArrayList<>();
    for (Given given : Streams.find(order)) {
      command.addAll(given.shimWords());
      inherit.addAll(given.criuWords());
    }
    add(command, "--", order.settings().criu(), "restore");
    add(command, "--images-dir", images, "--work-dir", logs.path());
    add(command, "--log-file", logs.criuLog(), "-v2");
    add(command, "--restore-detached", "--pidfile", logs.pidFile(), "--action-script", shim);
    // Of a clone's connections the first one has the other ends.
    add(command, order.options().asClone() ? "--tcp-close" : "--tcp-established");
    add(command, "--shell-job", "--file-locks", "--ext-unix-sk", "--link-remap");
    command.addAll(inherit);
    return command;
  }

  private static void add(List<String> command, Object... words) {
    Arrays.stream(words).map(Object::toString).forEach(command::add);
  }
}
