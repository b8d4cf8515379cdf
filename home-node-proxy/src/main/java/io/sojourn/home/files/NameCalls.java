package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.protocol.files.Create;
import io.sojourn.protocol.files.Created;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.Link;
import io.sojourn.protocol.files.MakeDirectory;
import io.sojourn.protocol.files.MakeNode;
import io.sojourn.protocol.files.Rename;
import io.sojourn.protocol.files.Symlink;

/** Calls that make, change and remove names. */
final class NameCalls {
  private static final int PASSED_TO_CREATE =
      FileCalls.O_ACCMODE
          | FileCalls.O_EXCL
          | FileCalls.O_TRUNC
          | FileCalls.O_SYNC
          | 01000000; // O_NOATIME

  private static final int RENAME_EXCHANGE = 2;

  private final GuestFiles files;

  NameCalls(GuestFiles files) {
    this.files = files;
  }

  Entry symlink(Node directory, Symlink call, boolean done) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    try (SharedDescriptor.Use dir = directory.use()) {
      if (!done) made(FileCalls.symlink(call.getTarget().toByteArray(), dir.fd(), name));
    }
    return files.lookup(directory, call.getName());
  }

  Entry makeNode(Node directory, MakeNode call, boolean done) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    ThreadIdentity.umask(call.getUmask());
    boolean listens = listens(call, name);
    try (SharedDescriptor.Use dir = directory.use()) {
      if (listens) {
        // Whoever has done it before listens no more.
        if (done) Refused.checked(FileCalls.unlink(dir.fd(), name, 0));
        made(files.sockets().make(dir.fd(), name, call.getMode()));
      } else if (!done) made(FileCalls.makeNode(dir.fd(), name, call.getMode(), call.getDevice()));
    }
    Entry entry = files.lookup(directory, call.getName());
    if (listens) {
      Node.Key key = files.nodes().get(entry.getNode()).key();
      files.sockets().found(key.device(), key.inode(), entry);
    }
    return entry;
  }

  private boolean listens(MakeNode call, byte[] name) {
    return (call.getMode() & Statx.S_IFMT) == Statx.S_IFSOCK && files.sockets().serves(name);
  }

  Entry makeDirectory(Node directory, MakeDirectory call, boolean done) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    ThreadIdentity.umask(call.getUmask());
    try (SharedDescriptor.Use dir = directory.use()) {
      if (!done) made(FileCalls.makeDirectory(dir.fd(), name, call.getMode()));
    }
    return files.lookup(directory, call.getName());
  }

  void remove(Node directory, ByteString name, int flags, boolean done) throws Refused {
    byte[] child = GuestFiles.child(name);
    try (SharedDescriptor.Use dir = directory.use()) {
      if (!done) made(FileCalls.unlink(dir.fd(), child, flags));
    }
    directory.children().remove(name);
    files.sockets().namesGo();
  }

  void rename(Node directory, Rename call, boolean done) throws Refused {
    byte[] from = GuestFiles.child(call.getName()), to = GuestFiles.child(call.getNewName());
    Node target = files.nodes().get(call.getNewDirectory());
    files.watch().directory(target);
    Node node = files.child(directory, call.getName());
    Node other =
        (call.getFlags() & RENAME_EXCHANGE) == 0 ? null : files.child(target, call.getNewName());
    if (node != null) files.maybeNamed(node, target, call.getNewName());
    if (other != null) files.maybeNamed(other, directory, call.getName());
    try (SharedDescriptor.Use fromDir = directory.use();
        SharedDescriptor.Use toDir = target.use()) {
      if (!done) made(FileCalls.rename(fromDir.fd(), from, toDir.fd(), to, call.getFlags()));
    }
    directory.children().remove(call.getName());
    if (node != null) files.named(node, target, call.getNewName());
    if (other != null) files.named(other, directory, call.getName());
  }

  Entry link(Node directory, Link call, boolean done) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    Node target = files.nodes().get(call.getTarget());
    try (SharedDescriptor.Use dir = directory.use();
        SharedDescriptor.Use file = target.use()) {
      if (!done) made(FileCalls.link(file.fd(), dir.fd(), name));
    }
    return files.lookup(directory, call.getName());
  }

  private void made(int result) throws Refused {
    files.steps().after(Steps.Step.CALL);
    Refused.checked(result);
  }

  /**
   * As open(2) with O_CREAT, or with O_TMPFILE where there is no name.
   *
   * @param id what the open file is to be called
   * @param done an earlier daemon has made the file, and may have opened it
   */
  Created create(Node directory, Create call, long id, boolean done) throws Refused {
    Handle known = files.handles().find(id);
    if (known != null) return created(files.entry(known.node()), known);
    ThreadIdentity.umask(call.getUmask());
    int flags = call.getFlags() & PASSED_TO_CREATE;
    files.watch().directory(directory);
    try (SharedDescriptor.Use dir = directory.use()) {
      int fd =
          done
              ? reopen(dir.fd(), GuestFiles.child(call.getName()), flags)
              : open(dir.fd(), call, flags);
      made(fd);
      return opened(directory, call, id, fd);
    }
  }

  private static int open(int dir, Create call, int flags) throws Refused {
    if (call.getName().isEmpty()) return FileCalls.temporary(dir, flags, call.getMode());
    byte[] name = GuestFiles.child(call.getName());
    return FileCalls.openChild(
        dir, name, flags | FileCalls.O_CREAT | FileCalls.O_NONBLOCK, call.getMode());
  }

  /** Who makes a file may open it at that moment, whatever its mode says. */
  private static int reopen(int dir, byte[] name, int creating) throws Refused {
    int flags = creating & ~(FileCalls.O_EXCL | FileCalls.O_TRUNC);
    int handle = Refused.checked(FileCalls.handle(dir, name));
    try {
      int fd = FileCalls.reopen(handle, flags);
      Statx status = fd == -ErrorNumber.EACCES ? FileCalls.stat(handle) : null;
      return status != null && status.regular() && status.uid() == ThreadIdentity.user()
          ? ThreadIdentity.withAllRights(() -> FileCalls.reopen(handle, flags))
          : fd;
    } finally {
      FileCalls.close(handle);
    }
  }

  private Created opened(Node directory, Create call, long id, int fd) throws Refused {
    Statx status = FileCalls.stat(fd);
    int handle = status != null && status.regular() ? FileCalls.reopen(fd, FileCalls.O_PATH) : -1;
    if (handle < 0) {
      FileCalls.close(fd);
      throw new Refused(ErrorNumber.EINVAL);
    }
    Entry entry = files.found(directory, call.getName(), handle);
    Node node = files.nodes().get(entry.getNode());
    return created(entry, files.handles().add(id, node, call.getFlags(), fd));
  }

  private static Created created(Entry entry, Handle open) {
    return Created.newBuilder().setEntry(entry).setHandle(open.id()).build();
  }
}
