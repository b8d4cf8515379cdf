package io.sojourn.checkpointer.files;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.FileStatus;
import io.sojourn.engine.linux.JvmCounters;
import io.sojourn.engine.linux.Mapping;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file that a task writes to.
 *
 * @param path its name
 * @param way a path that opens the very file that the task has open; its name where it is only
 *     mapped
 * @param appended only by appending, whoever in the task writes
 * @param mapped shared-mapped for writing: the time of its last change is not to be trusted
 */
record WrittenFile(String path, Path way, boolean appended, boolean mapped) {
  /** As /proc shows them at this moment. */
  static Map<String, WrittenFile> of(
      List<Descriptor> descriptors, Collection<List<Mapping>> mappings) {
    Map<String, WrittenFile> written = new LinkedHashMap<>();
    for (Descriptor one : descriptors)
      if (one.writable()
          && isFile(one.path())
          && !one.deleted()
          && one.status().filter(FileStatus::regular).isPresent())
        written.merge(
            one.path(),
            new WrittenFile(one.path(), one.reopen(), one.appends(), false),
            WrittenFile::and);
    for (List<Mapping> all : mappings)
      for (Mapping one : all)
        if (one.shared() && one.writable() && isFile(one.plainPath()) && !one.deleted())
          written.merge(
              one.plainPath(),
              new WrittenFile(one.plainPath(), Path.of(one.plainPath()), false, true),
              WrittenFile::and);
    return written;
  }

  WrittenFile and(WrittenFile other) {
    return new WrittenFile(path, way, appended && other.appended, mapped || other.mapped);
  }

  /** What the kernel makes up is none, and the JVM's counters are in the image anyway. */
  static boolean isFile(String path) {
    return path.startsWith("/")
        && !path.startsWith("/proc/")
        && !path.startsWith("/sys/")
        && !path.startsWith("/memfd:")
        && !path.startsWith("/SYSV")
        && !path.equals("/dev/zero")
        && !JvmCounters.isPath(path);
  }
}
