package io.sojourn.home.files;

import io.sojourn.engine.files.DataCalls;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.FileName;
import io.sojourn.engine.files.FileSystemType;
import io.sojourn.engine.files.NativeMemory;
import io.sojourn.protocol.files.Entries;
import io.sojourn.protocol.files.Names;
import io.sojourn.protocol.files.ReadDirectory;
import java.util.Optional;

/** Calls that list a directory. */
final class DirectoryCalls {
  /** Of struct fuse_dirent and struct fuse_direntplus, before the name. */
  private static final int PLAIN = 24, PLUS = 152;

  private static final int MOST = 1 << 16;

  /** That are told where one was looked for. */
  private static final int MOST_NAMES = 1_000;

  private static final ThreadLocal<NativeMemory> BUFFER =
      ThreadLocal.withInitial(() -> new NativeMemory(MOST));

  private final GuestFiles files;

  DirectoryCalls(GuestFiles files) {
    this.files = files;
  }

  Handle open(Node node, long id) throws Refused {
    Handle known = files.handles().find(id);
    if (known != null) return known;
    if (!node.directory()) throw new Refused(ErrorNumber.ENOTDIR);
    try (SharedDescriptor.Use use = node.use()) {
      int flags = FileCalls.O_RDONLY | FileCalls.O_DIRECTORY;
      return files
          .handles()
          .add(id, node, flags, Refused.checked(FileCalls.reopen(use.fd(), flags)));
    }
  }

  /** From an offset that the directory's file system has given out; as many as fit. */
  Entries read(ReadDirectory call) throws Refused {
    Handle handle = files.handles().get(call.getHandle());
    files.watch().directory(handle.node());
    NativeMemory buffer = BUFFER.get();
    int length;
    // Position and reading belong together, and two reads may be under way.
    synchronized (handle.descriptor()) {
      try (SharedDescriptor.Use use = handle.use()) {
        Refused.checked(DataCalls.seek(use.fd(), call.getOffset(), 0));
        length = (int) Refused.checked(DataCalls.entries(use.fd(), buffer));
      }
    }
    return entries(call, handle.node(), DirectoryRecord.in(buffer.bytes(), length));
  }

  private Entries entries(ReadDirectory call, Node directory, Iterable<DirectoryRecord> records)
      throws Refused {
    Entries.Builder entries = Entries.newBuilder();
    int left = Math.min(call.getSize(), MOST);
    long device = directory.key().device();
    for (DirectoryRecord record : records) {
      left -= (call.getPlus() ? PLUS : PLAIN) + ((record.name().size() + 7) & ~7);
      if (left < 0) break;
      Entries.One.Builder one =
          Entries.One.newBuilder()
              .setName(record.name())
              .setInode(files.nodes().inode(device, record.inode()))
              .setOffset(record.offset())
              .setType(record.type());
      if (call.getPlus() && FileName.isChild(record.name().toByteArray())) look(directory, one);
      entries.addEntries(one);
    }
    return entries.build();
  }

  /** A name that is gone by now, or that may not be looked up, is listed all the same. */
  private void look(Node directory, Entries.One.Builder one) {
    try {
      one.setEntry(files.lookup(directory, one.getName()));
    } catch (Refused listedOnly) {
      one.clearEntry();
    }
  }

  /** All names in a directory; empty where they are many, or not the only ones that lead there. */
  Optional<Names> names(Node directory) throws Refused {
    int flags = FileCalls.O_RDONLY | FileCalls.O_DIRECTORY;
    int fd;
    try (SharedDescriptor.Use use = directory.use()) {
      fd = Refused.checked(FileCalls.reopen(use.fd(), flags));
    }
    try {
      if (!FileSystemType.hasExactNames(fd)) return Optional.empty();
      NativeMemory buffer = BUFFER.get();
      int length = (int) Refused.checked(DataCalls.entries(fd, buffer));
      Names.Builder names = Names.newBuilder();
      DirectoryRecord.in(buffer.bytes(), length).forEach(one -> names.addNames(one.name()));
      boolean all = Refused.checked(DataCalls.entries(fd, buffer)) == 0;
      return all && names.getNamesCount() <= MOST_NAMES
          ? Optional.of(names.build())
          : Optional.empty();
    } finally {
      FileCalls.close(fd);
    }
  }
}
