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

  private final GuestFiles files;

  NameCalls(GuestFiles files) {
    this.files = files;
  }

  Entry symlink(Node directory, Symlink call) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    try (SharedDescriptor.Use dir = directory.use()) {
      Refused.checked(FileCalls.symlink(call.getTarget().toByteArray(), dir.fd(), name));
    }
    return files.lookup(directory, call.getName());
  }

  Entry makeNode(Node directory, MakeNode call) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    ThreadIdentity.umask(call.getUmask());
    try (SharedDescriptor.Use dir = directory.use()) {
      Refused.checked(FileCalls.makeNode(dir.fd(), name, call.getMode(), call.getDevice()));
    }
    return files.lookup(directory, call.getName());
  }

  Entry makeDirectory(Node directory, MakeDirectory call) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    ThreadIdentity.umask(call.getUmask());
    try (SharedDescriptor.Use dir = directory.use()) {
      Refused.checked(FileCalls.makeDirectory(dir.fd(), name, call.getMode()));
    }
    return files.lookup(directory, call.getName());
  }

  void remove(Node directory, ByteString name, int flags) throws Refused {
    byte[] child = GuestFiles.child(name);
    try (SharedDescriptor.Use dir = directory.use()) {
      Refused.checked(FileCalls.unlink(dir.fd(), child, flags));
    }
    directory.children().remove(name);
  }

  void rename(Node directory, Rename call) throws Refused {
    byte[] from = GuestFiles.child(call.getName()), to = GuestFiles.child(call.getNewName());
    Node target = files.nodes().get(call.getNewDirectory());
    files.watch().directory(target);
    try (SharedDescriptor.Use fromDir = directory.use();
        SharedDescriptor.Use toDir = target.use()) {
      Refused.checked(FileCalls.rename(fromDir.fd(), from, toDir.fd(), to, call.getFlags()));
    }
    Long moved = directory.children().remove(call.getName());
    Node node = moved == null ? null : files.nodes().find(moved);
    if (node != null) files.named(node, target, call.getNewName());
  }

  Entry link(Node directory, Link call) throws Refused {
    byte[] name = GuestFiles.child(call.getName());
    Node target = files.nodes().get(call.getTarget());
    try (SharedDescriptor.Use dir = directory.use();
        SharedDescriptor.Use file = target.use()) {
      Refused.checked(FileCalls.link(file.fd(), dir.fd(), name));
    }
    return files.lookup(directory, call.getName());
  }

  /** As open(2) with O_CREAT, or with O_TMPFILE where there is no name. */
  Created create(Node directory, Create call) throws Refused {
    ThreadIdentity.umask(call.getUmask());
    int flags = call.getFlags() & PASSED_TO_CREATE;
    files.watch().directory(directory);
    try (SharedDescriptor.Use dir = directory.use()) {
      int fd =
          Refused.checked(
              call.getName().isEmpty()
                  ? FileCalls.temporary(dir.fd(), flags, call.getMode())
                  : FileCalls.openChild(
                      dir.fd(),
                      GuestFiles.child(call.getName()),
                      flags | FileCalls.O_CREAT | FileCalls.O_NONBLOCK,
                      call.getMode()));
      return opened(directory, call, fd);
    }
  }

  private Created opened(Node directory, Create call, int fd) throws Refused {
    Statx status = FileCalls.stat(fd);
    int handle = status != null && status.regular() ? FileCalls.reopen(fd, FileCalls.O_PATH) : -1;
    if (handle < 0) {
      FileCalls.close(fd);
      throw new Refused(ErrorNumber.EINVAL);
    }
    Entry entry = files.found(directory, call.getName(), handle);
    Handle open = files.handles().add(files.nodes().get(entry.getNode()), call.getFlags(), fd);
    return Created.newBuilder().setEntry(entry).setHandle(open.id()).build();
  }
}
