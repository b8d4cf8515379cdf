package io.sojourn.node.daemon;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.node.move.FrozenTasks;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stays on the node of a frozen task, beside its image: a lock that keeps its connections
 * still, and a process that holds its pipes and terminals. A restore takes them away; here they go
 * where there will be none.
 */
final class FrozenRemains {
  private static final Logger log = LoggerFactory.getLogger(FrozenRemains.class);

  private final Path holders;
  private final FrozenTasks deputies;

  FrozenRemains(Path runDirectory, FrozenTasks deputies) {
    this.deputies = deputies;
    this.holders = runDirectory.resolve("holders");
  }

  /** Whether a task that does not run has its place kept. */
  boolean hasDeputy(String task) {
    return deputies.has(task);
  }

  /** A frozen task is given up with its image: its peers may hear of it. */
  void release(ImageDirectory image) {
    ConnectionLock.remove(image.manifest().getEngine().getNetworkLock());
    endHolder(holders.resolve(image.name()));
    deputies.giveUp(image.manifest().getTask().getId());
  }

  /** Takes away what a daemon left that died in the middle of a freeze; its task runs on. */
  void sweep(List<Task> tasks) {
    Set<String> running =
        tasks.stream()
            .filter(Task::runs)
            .map(task -> ConnectionLock.tableOf(task.id()))
            .collect(Collectors.toSet());
    if (!running.isEmpty())
      for (String table : ConnectionLock.tables())
        if (running.contains(table)) {
          ConnectionLock.remove(table);
          log.info("removed a lock on the connections of a task that runs: {}", table);
        }
    Set<String> frozen =
        tasks.stream()
            .filter(Task::frozen)
            .flatMap(task -> task.newest().stream())
            .map(ImageDirectory::name)
            .collect(Collectors.toSet());
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(holders)) {
      for (Path note : notes) if (!frozen.contains(note.getFileName().toString())) endHolder(note);
    } catch (IOException none) {
      // Nothing was ever frozen here.
    }
  }

  /** The note says "PID STARTTICKS": a pid alone may be another process by now. */
  private static void endHolder(Path note) {
    try {
      String[] words = Files.readString(note).strip().split(" ");
      int pid = Integer.parseInt(words[0]);
      if (Proc.startTicks(pid) == Long.parseLong(words[1])) Signals.send(pid, Signals.KILL);
      Files.deleteIfExists(note);
    } catch (IOException | RuntimeException none) {
      // There is no holder.
    }
  }
}
