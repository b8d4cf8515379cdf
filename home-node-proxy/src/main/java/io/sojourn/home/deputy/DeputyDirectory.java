package io.sojourn.home.deputy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The sockets of this node's deputies. A daemon that starts finds here the ones that another daemon
 * left.
 */
public final class DeputyDirectory {
  private final Path directory;

  public DeputyDirectory(Path runDirectory) {
    this.directory = runDirectory.resolve("deputies");
  }

  Path socket(DeputyName name) {
    return directory.resolve(name.file());
  }

  /** Of one whose process is not there yet. */
  Path unborn(String task) {
    return directory.resolve(task + ".new");
  }

  void create() throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  /** Those of one task that live, the oldest first; nobody is connected to. */
  public List<DeputyName> of(String task) throws IOException {
    if (!Files.isDirectory(directory)) return List.of();
    List<DeputyName> names = new ArrayList<>();
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(directory, task + ".*")) {
      for (Path socket : sockets)
        DeputyName.parse(socket).filter(DeputyName::lives).ifPresent(names::add);
    }
    names.sort(Comparator.comparingInt(DeputyName::incarnation));
    return names;
  }

  /**
   * Connects to one, in place of whoever is connected.
   *
   * @throws IOException when it is gone
   */
  public Deputy connect(DeputyName name) throws IOException {
    return Deputy.connect(socket(name), name);
  }

  /** Waits for the end of one, and leaves everything that it has to say to who connects next. */
  public DeputyWatch watch(DeputyName name, Runnable gone) throws IOException {
    return DeputyWatch.begin(socket(name), name, gone);
  }

  /** Connects to all that live; removes what dead ones left. The caller closes them. */
  public List<Deputy> find() throws IOException {
    List<Deputy> deputies = new ArrayList<>();
    if (!Files.isDirectory(directory)) return deputies;
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(directory)) {
      for (Path socket : sockets) {
        Optional<DeputyName> name = DeputyName.parse(socket);
        if (name.isPresent()) meet(socket, name.get()).ifPresent(deputies::add);
        else dismiss(socket);
      }
    }
    return deputies;
  }

  private static Optional<Deputy> meet(Path socket, DeputyName name) throws IOException {
    try {
      return Optional.of(Deputy.connect(socket, name));
    } catch (IOException gone) {
      // Who lives and does not listen is no deputy any more.
      Files.deleteIfExists(socket);
      return Optional.empty();
    }
  }

  /** One that a daemon started and did not live to give a name: nobody has heard of it. */
  private static void dismiss(Path socket) throws IOException {
    try (DeputyLine line = DeputyLine.open(socket)) {
      line.say(Record.order(Record.EXIT, 1, 1));
    } catch (IOException gone) {
      // There was nobody.
    }
    Files.deleteIfExists(socket);
  }

  /** After the end of a deputy. */
  public void forget(DeputyName name) throws IOException {
    Files.deleteIfExists(socket(name));
  }
}
