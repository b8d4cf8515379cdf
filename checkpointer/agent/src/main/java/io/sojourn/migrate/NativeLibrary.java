package io.sojourn.migrate;

import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * Loads libmigrate.so, which travels inside the jar. It is unpacked under a name that holds its
 * digest and stays there: an image refers to the file by its path, as to any mapped library, so it
 * must still be there at a restore.
 */
final class NativeLibrary {
  private static final String RESOURCE = "/META-INF/native/linux-x86_64/libmigrate.so";

  private NativeLibrary() {}

  static void load(Instrumentation instrumentation) throws Exception {
    byte[] library;
    try (InputStream in = NativeLibrary.class.getResourceAsStream(RESOURCE)) {
      library = in.readAllBytes();
    }
    String digest =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(library), 0, 8);
    Path file = directory().resolve("libmigrate-" + digest + ".so");
    if (!Files.exists(file) || Files.size(file) != library.length) {
      Path fresh = Files.createTempFile(file.getParent(), "libmigrate", ".tmp");
      Files.write(fresh, library);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
    load(file, instrumentation);
  }

  private static Path directory() throws Exception {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path home =
        cache != null && !cache.isBlank()
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home", "/"), ".cache");
    return Files.createDirectories(home.resolve("sojourn"));
  }

  /**
   * From JDK 24 on, {@code System.load} in a class path class prints a warning (JEP 472). {@link
   * UncheckedLoad} goes around that check; it needs {@code java.lang} opened to it, so it is
   * defined once more in a module of its own, which nobody else is in.
   */
  private static void load(Path file, Instrumentation instrumentation) throws Exception {
    if (Runtime.version().feature() < 24) {
      System.load(file.toString());
      return;
    }
    ClassLoader apart =
        new ClassLoader(null) {
          @Override
          protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream in = NativeLibrary.class.getResourceAsStream("UncheckedLoad.class")) {
              byte[] bytes = in.readAllBytes();
              return defineClass(name, bytes, 0, bytes.length);
            } catch (java.io.IOException unreadable) {
              throw new ClassNotFoundException(name, unreadable);
            }
          }
        };
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of(),
        Map.of("java.lang", Set.of(apart.getUnnamedModule())),
        Set.of(),
        Map.of());
    apart
        .loadClass("io.sojourn.migrate.UncheckedLoad")
        .getMethod("load", Class.class, String.class)
        .invoke(null, NativeLibrary.class, file.toString());
  }
}
