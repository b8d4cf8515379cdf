package io.sojourn.node.host;

import io.sojourn.engine.linux.Proc;
import io.sojourn.protocol.move.ArriveRequest;
import io.sojourn.restore.world.GuestWorld;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes that the first guest needs while it still runs at home: when it has come it
 * stands still.
 */
public final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  /** One class of each of the jars. */
  private static final List<Class<?>> JARS =
      List.of(GuestWorld.class, Proc.class, ArriveRequest.class, Rehearsal.class);

  private static final Pattern NEEDED =
      Pattern.compile(
          "io/sojourn/(restore/(world|net|fuse|memory)"
              + "|engine/(stream|network|linux|control|files)"
              + "|protocol/(move|files|stream|connection|memory)"
              + "|node/(move/(Guest|Arrival|Parts|Outbound|AskHome)|memory))[^-]*\\.class");

  private Rehearsal() {}

  /** Without effect where the program does not lie in jars. */
  public static void run() {
    long loaded = 0;
    for (Class<?> one : JARS) loaded += load(one);
    log.info("{} classes are loaded", loaded);
  }

  private static long load(Class<?> one) {
    try {
      URI place = one.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path path = Path.of(place);
      if (Files.isDirectory(path)) return load(path);
      try (FileSystem jar = FileSystems.newFileSystem(path, Map.of())) {
        return load(jar.getPath("/"));
      }
    } catch (IOException | URISyntaxException notInJars) {
      log.debug("not rehearsed: {}", notInJars.toString());
      return 0;
    }
  }

  private static long load(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(file -> root.relativize(file).toString())
          .filter(NEEDED.asMatchPredicate())
          .peek(Rehearsal::load)
          .count();
    }
  }

  private static void load(String file) {
    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
    try {
      Class.forName(name, true, Rehearsal.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError notNeeded) {
      log.debug("{} is not loaded: {}", name, notNeeded.toString());
    }
  }
}
