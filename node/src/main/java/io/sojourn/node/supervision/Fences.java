package io.sojourn.node.supervision;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.node.record.RecordFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;

/**
 * What ends a task in time whose lease is not renewed, whatever has become of this daemon: a
 * process for each, which reads from a file when that is.
 */
public final class Fences {
  /**
   * @param fence its process
   * @param life whom it ends
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Note(int fence, long fenceTicks, Incarnation life) {}

  private final Path shim;
  private final Path directory;
  private final RecordFiles<Note> notes;

  /**
   * @param shim the program
   * @param directory for their files, on a file system that a reboot empties
   */
  public Fences(Path shim, Path directory) {
    this.shim = shim;
    this.directory = directory;
    this.notes = new RecordFiles<>(directory, Note.class);
  }

  /** When a task ends unless that is put off, on CLOCK_BOOTTIME; empty where nothing was said. */
  Optional<Long> due(String task) {
    try {
      return Optional.of(Long.parseLong(Files.readString(file(task)).strip()));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | NumberFormatException unreadable) {
      // Whoever cannot know that it is in time is late.
      return Optional.of(0L);
    }
  }

  /** Whether it was not renewed in time: then nobody may count on this node's having it. */
  boolean late(String task) {
    return due(task).filter(due -> due <= Clock.boottimeNanos()).isPresent();
  }

  /** Puts the end off. */
  void extend(String task, long dueNanos) throws IOException {
    Files.createDirectories(directory);
    Path draft = directory.resolve(task + ".due.tmp");
    Files.writeString(draft, dueNanos + "\n");
    Files.move(draft, file(task), StandardCopyOption.ATOMIC_MOVE);
  }

  /** A life has its fence from now on, if it had none. */
  void guard(String task, Incarnation life) throws IOException {
    Optional<Note> known = notes.read(task);
    if (known.filter(note -> note.life().equals(life) && stands(note)).isPresent()) return;
    known.ifPresent(Fences::end);
    Process fence =
        new ProcessBuilder(
                shim.toString(),
                "fence",
                String.valueOf(life.pid()),
                String.valueOf(life.startTicks()),
                file(task).toString())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int pid = (int) fence.pid();
    notes.write(task, new Note(pid, Proc.startTicks(pid), life));
  }

  private static boolean stands(Note note) {
    return note.fenceTicks() != 0
        && Proc.startTicks(note.fence()) == note.fenceTicks()
        && Proc.state(note.fence()) != 'Z';
  }

  private static void end(Note note) {
    if (stands(note)) Signals.send(note.fence(), Signals.KILL);
  }

  /** Nothing ends it any more. */
  void remove(String task) {
    try {
      notes.read(task).ifPresent(Fences::end);
      Files.deleteIfExists(file(task));
      notes.remove(task);
    } catch (IOException stays) {
      throw new UncheckedIOException("the fence of task " + task + " stays", stays);
    }
  }

  private Path file(String task) {
    return directory.resolve(task + ".due");
  }

  /** How long before the end of a lease its task has ended: two thirds of it are the task's. */
  static Duration share(Duration lease) {
    return lease.multipliedBy(2).dividedBy(3);
  }
}
