package io.sojourn.migrate;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads libmigrate.so, which travels inside the jar. It is unpacked under a name that holds its
 * checksum and stays there: an image refers to the file by its path, as to any mapped library, so
 * it must still be there at a restore.
 *
 * <p>Written with what every JVM has loaded when it starts a class path program. Channels, message
 * digests, security providers and lambdas would be 6 MB more in each image of an idle JVM.
 */
final class NativeLibrary {
  private static final String ENTRY = "META-INF/native/linux-x86_64/libmigrate.so";

  private NativeLibrary() {}

  static void load(Instrumentation instrumentation) throws Exception {
    File jar =
        new File(NativeLibrary.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (ZipFile zip = new ZipFile(jar)) {
      load(unpacked(zip), zip, instrumentation);
    }
  }

  private static File unpacked(ZipFile zip) throws IOException {
    ZipEntry entry = zip.getEntry(ENTRY);
    File file =
        new File(
            directory(),
            "libmigrate-" + Long.toHexString(entry.getCrc()) + "-" + entry.getSize() + ".so");
    if (file.length() == entry.getSize()) return file;
    // Under a name of its own first: others may start at the same moment.
    File fresh = File.createTempFile("libmigrate", ".tmp", file.getParentFile());
    try (InputStream in = zip.getInputStream(entry);
        FileOutputStream out = new FileOutputStream(fresh)) {
      in.transferTo(out);
    }
    if (!fresh.setReadable(true, false)
        || !fresh.setExecutable(true, false)
        || !fresh.renameTo(file)) throw new IOException("cannot make " + file);
    return file;
  }

  private static File directory() throws IOException {
    String cache = System.getenv("XDG_CACHE_HOME");
    File home =
        cache != null && !cache.isBlank()
            ? new File(cache)
            : new File(System.getProperty("user.home", "/"), ".cache");
    File directory = new File(home, "sojourn");
    if (directory.isDirectory() ? directory.canWrite() : directory.mkdirs()) return directory;
    return TemporaryPlace.make();
  }

  /**
   * From JDK 24 on, {@code System.load} in a class path class prints a warning (JEP 472). {@link
   * UncheckedLoad} goes around that check; it needs {@code java.lang} opened to it, so it is
   * defined once more in a module of its own, which nobody else is in.
   */
  private static void load(File file, ZipFile zip, Instrumentation instrumentation)
      throws Exception {
    if (Runtime.version().feature() < 24) {
      System.load(file.getPath());
      return;
    }
    ClassLoader apart = new Apart(zip);
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
        .invoke(null, NativeLibrary.class, file.getPath());
  }

  /** Defines classes of the jar anew, away from everything else. */
  private static final class Apart extends ClassLoader {
    private final ZipFile zip;

    Apart(ZipFile zip) {
      super(null);
      this.zip = zip;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      ZipEntry entry = zip.getEntry(name.replace('.', '/').concat(".class"));
      try (InputStream in = zip.getInputStream(entry)) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException unreadable) {
        throw new ClassNotFoundException(name, unreadable);
      }
    }
  }
}
