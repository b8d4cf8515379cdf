package io.sojourn.node.worlds;

import io.sojourn.engine.image.Trees;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a world host is found: a directory of the node's run directory that has its process number
 * as name, mode 0700, with its socket.
 *
 * @param pid number of the process
 */
public record HostPlace(Path directory, long pid) {
  private static final String HOSTS = "worlds";

  /** Short: with its directory it must fit into a socket's address. */
  private static final String SOCKET = "s";

  private static final String BUILD = "build";

  /** Of a process of this node. */
  public static HostPlace of(Path runDirectory, long pid) {
    return new HostPlace(runDirectory.resolve(HOSTS).resolve(Long.toString(pid)), pid);
  }

  /** All that there are, of living and dead hosts. */
  public static List<HostPlace> all(Path runDirectory) throws IOException {
    List<HostPlace> places = new ArrayList<>();
    Path hosts = runDirectory.resolve(HOSTS);
    if (!Files.isDirectory(hosts)) return places;
    try (DirectoryStream<Path> found = Files.newDirectoryStream(hosts, "[0-9]*")) {
      for (Path directory : found)
        places.add(new HostPlace(directory, Long.parseLong(directory.getFileName().toString())));
    }
    return places;
  }

  /**
   * Makes it; a dead host that had the same number has it no more.
   *
   * @param build of the program
   */
  public void make(String build) throws IOException {
    Files.createDirectories(directory.getParent());
    remove();
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(directory.resolve(BUILD), build, StandardCharsets.UTF_8);
  }

  public Path socket() {
    return directory.resolve(SOCKET);
  }

  /** Whether the host is of that build. */
  boolean isOf(String build) {
    try {
      return Files.readString(directory.resolve(BUILD), StandardCharsets.UTF_8).equals(build);
    } catch (IOException gone) {
      return false;
    }
  }

  /** Whether the host lives. */
  boolean answers() {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket()));
    } catch (IOException nobody) {
      return false;
    }
  }

  /** The host is no more, or about to end. */
  public void remove() throws IOException {
    Trees.delete(directory);
  }
}
