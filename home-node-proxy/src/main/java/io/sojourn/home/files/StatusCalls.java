package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.AttributeCalls;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.files.Attributes;
import io.sojourn.protocol.files.FileSystemFacts;
import io.sojourn.protocol.files.SetAttributes;
import io.sojourn.protocol.files.SetExtended;
import java.nio.ByteBuffer;

/** Calls on what is known about a file. */
final class StatusCalls {
  private static final Statx.Time NOW = new Statx.Time(0, 0x3fffffff);
  private static final Statx.Time OMIT = new Statx.Time(0, 0x3ffffffe);

  private final GuestFiles files;

  StatusCalls(GuestFiles files) {
    this.files = files;
  }

  /** In the order in which the kernel's own chmod after chown would do harm if it were another. */
  Attributes set(Node node, SetAttributes call) throws Refused {
    if (call.hasSize()) size(node, call);
    try (SharedDescriptor.Use use = node.use()) {
      if (call.hasUid() || call.hasGid())
        Refused.checked(
            FileCalls.changeOwner(
                use.fd(), call.hasUid() ? call.getUid() : -1, call.hasGid() ? call.getGid() : -1));
      if (call.hasMode()) Refused.checked(FileCalls.changeMode(use.fd(), call.getMode() & 07777));
      Statx.Time accessed = time(call.getAccessedNow(), call.hasAccessed(), call.getAccessed());
      Statx.Time modified = time(call.getModifiedNow(), call.hasModified(), call.getModified());
      if (accessed != OMIT || modified != OMIT)
        Refused.checked(FileCalls.changeTimes(use.fd(), accessed, modified));
    }
    files.steps().after(Steps.Step.CALL);
    return files.attributes(node);
  }

  private void size(Node node, SetAttributes call) throws Refused {
    if (call.getHandle() != 0) {
      try (SharedDescriptor.Use use = files.handles().get(call.getHandle()).use()) {
        Refused.checked(FileCalls.truncateOpen(use.fd(), call.getSize()));
      }
      return;
    }
    try (SharedDescriptor.Use use = node.use()) {
      Refused.checked(FileCalls.truncate(use.fd(), call.getSize()));
    }
  }

  private static Statx.Time time(boolean now, boolean given, io.sojourn.protocol.files.Time time) {
    if (now) return NOW;
    return given ? new Statx.Time(time.getSeconds(), time.getNanos()) : OMIT;
  }

  ByteString readLink(Node node) throws Refused {
    try (SharedDescriptor.Use use = node.use()) {
      return ByteString.copyFrom(Refused.present(FileCalls.readLink(use.fd())));
    }
  }

  void access(Node node, int mode) throws Refused {
    try (SharedDescriptor.Use use = node.use()) {
      Refused.checked(FileCalls.access(use.fd(), mode));
    }
  }

  /** struct statfs of 64-bit Linux. */
  FileSystemFacts fileSystem(Node node) throws Refused {
    try (SharedDescriptor.Use use = node.use()) {
      ByteBuffer facts = Refused.present(FileCalls.fileSystem(use.fd()));
      return FileSystemFacts.newBuilder()
          .setBlockSize((int) facts.getLong(8))
          .setBlocks(facts.getLong(16))
          .setFree(facts.getLong(24))
          .setAvailable(facts.getLong(32))
          .setFiles(facts.getLong(40))
          .setFilesFree(facts.getLong(48))
          .setNameLength((int) facts.getLong(64))
          .setFragmentSize((int) facts.getLong(72))
          .build();
    }
  }

  void setExtended(Node node, SetExtended call) throws Refused {
    byte[] name = call.getName().toByteArray();
    try (SharedDescriptor.Use use = node.use()) {
      made(AttributeCalls.set(use.fd(), name, call.getValue().toByteArray(), call.getFlags()));
    }
  }

  ByteString extended(Node node, ByteString name) throws Refused {
    try (SharedDescriptor.Use use = node.use()) {
      return ByteString.copyFrom(Refused.present(AttributeCalls.get(use.fd(), name.toByteArray())));
    }
  }

  ByteString extendedNames(Node node) throws Refused {
    try (SharedDescriptor.Use use = node.use()) {
      return ByteString.copyFrom(Refused.present(AttributeCalls.list(use.fd())));
    }
  }

  void removeExtended(Node node, ByteString name) throws Refused {
    try (SharedDescriptor.Use use = node.use()) {
      made(AttributeCalls.remove(use.fd(), name.toByteArray()));
    }
  }

  private void made(int result) throws Refused {
    files.steps().after(Steps.Step.CALL);
    Refused.checked(result);
  }
}
