package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.protocol.files.Access;
import io.sojourn.protocol.files.Allocate;
import io.sojourn.protocol.files.CopyRange;
import io.sojourn.protocol.files.Create;
import io.sojourn.protocol.files.FileSystem;
import io.sojourn.protocol.files.Flush;
import io.sojourn.protocol.files.GetAttributes;
import io.sojourn.protocol.files.Link;
import io.sojourn.protocol.files.ListExtended;
import io.sojourn.protocol.files.Lock;
import io.sojourn.protocol.files.MakeDirectory;
import io.sojourn.protocol.files.MakeNode;
import io.sojourn.protocol.files.Open;
import io.sojourn.protocol.files.OpenDirectory;
import io.sojourn.protocol.files.Read;
import io.sojourn.protocol.files.ReadDirectory;
import io.sojourn.protocol.files.ReadLink;
import io.sojourn.protocol.files.Release;
import io.sojourn.protocol.files.Rename;
import io.sojourn.protocol.files.Request;
import io.sojourn.protocol.files.Seek;
import io.sojourn.protocol.files.SetExtended;
import io.sojourn.protocol.files.Symlink;
import io.sojourn.protocol.files.Sync;
import io.sojourn.protocol.files.WholeLock;
import io.sojourn.protocol.files.Write;

/** The kernel's words in home's. Numbers are places in the structs of linux/fuse.h. */
final class ToHome {
  private static final int O_APPEND = 02000;
  private static final int GETATTR_FH = 1;
  private static final int WRITE_CACHE = 1;
  private static final int FSYNC_FDATASYNC = 1;
  private static final int LK_FLOCK = 1;

  private ToHome() {}

  /** False where home knows no such call. */
  static boolean translate(FuseRequest in, Request.Builder out) throws MalformedRequestException {
    out.setUid(in.uid()).setGid(in.gid()).setNode(in.node());
    switch (in.opcode()) {
      case Opcode.LOOKUP -> out.setLookup(in.name(0));
      case Opcode.GETATTR ->
          out.setGetAttributes(
              GetAttributes.newBuilder().setHandle((in.u32(0) & GETATTR_FH) != 0 ? in.u64(8) : 0));
      case Opcode.SETATTR -> out.setSetAttributes(SettingAttributes.of(in));
      case Opcode.READLINK -> out.setReadLink(ReadLink.getDefaultInstance());
      case Opcode.UNLINK -> out.setUnlink(in.name(0));
      case Opcode.RMDIR -> out.setRemoveDirectory(in.name(0));
      case Opcode.OPEN -> out.setOpen(Open.newBuilder().setFlags(in.u32(0)));
      case Opcode.OPENDIR -> out.setOpenDirectory(OpenDirectory.getDefaultInstance());
      case Opcode.READ -> out.setRead(read(in));
      case Opcode.WRITE -> out.setWrite(write(in));
      case Opcode.STATFS -> out.setFileSystem(FileSystem.getDefaultInstance());
      case Opcode.RELEASE, Opcode.RELEASEDIR ->
          out.setRelease(Release.newBuilder().setHandle(in.u64(0)));
      case Opcode.FLUSH ->
          out.setFlush(Flush.newBuilder().setHandle(in.u64(0)).setOwner(in.u64(16)));
      case Opcode.FSYNC, Opcode.FSYNCDIR ->
          out.setSync(
              Sync.newBuilder()
                  .setHandle(in.u64(0))
                  .setDataOnly((in.u32(8) & FSYNC_FDATASYNC) != 0));
      case Opcode.READDIR -> out.setReadDirectory(readDirectory(in, false));
      case Opcode.READDIRPLUS -> out.setReadDirectory(readDirectory(in, true));
      case Opcode.ACCESS -> out.setAccess(Access.newBuilder().setMode(in.u32(0)));
      default -> {
        return translateName(in, out) || translateRest(in, out);
      }
    }
    return true;
  }

  private static boolean translateName(FuseRequest in, Request.Builder out)
      throws MalformedRequestException {
    switch (in.opcode()) {
      case Opcode.SYMLINK -> {
        ByteString name = in.name(0);
        out.setSymlink(Symlink.newBuilder().setName(name).setTarget(in.name(name.size() + 1)));
      }
      case Opcode.MKNOD ->
          out.setMakeNode(
              MakeNode.newBuilder()
                  .setMode(in.u32(0))
                  .setDevice(in.u32(4))
                  .setUmask(in.u32(8))
                  .setName(in.name(16)));
      case Opcode.MKDIR ->
          out.setMakeDirectory(
              MakeDirectory.newBuilder()
                  .setMode(in.u32(0))
                  .setUmask(in.u32(4))
                  .setName(in.name(8)));
      case Opcode.RENAME -> out.setRename(rename(in, 0, 8));
      case Opcode.RENAME2 -> out.setRename(rename(in, in.u32(8), 16));
      case Opcode.LINK -> out.setLink(Link.newBuilder().setTarget(in.u64(0)).setName(in.name(8)));
      case Opcode.CREATE -> out.setCreate(create(in).setName(in.name(16)));
      // The name that comes with it is the kernel's own.
      case Opcode.TMPFILE -> out.setCreate(create(in));
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean translateRest(FuseRequest in, Request.Builder out)
      throws MalformedRequestException {
    switch (in.opcode()) {
      case Opcode.SETXATTR -> {
        ByteString name = in.name(8);
        out.setSetExtended(
            SetExtended.newBuilder()
                .setName(name)
                .setFlags(in.u32(4))
                .setValue(in.bytes(8 + name.size() + 1, in.u32(0))));
      }
      case Opcode.GETXATTR -> out.setGetExtended(in.name(8));
      case Opcode.LISTXATTR -> out.setListExtended(ListExtended.getDefaultInstance());
      case Opcode.REMOVEXATTR -> out.setRemoveExtended(in.name(0));
      case Opcode.FALLOCATE ->
          out.setAllocate(
              Allocate.newBuilder()
                  .setHandle(in.u64(0))
                  .setOffset(in.u64(8))
                  .setLength(in.u64(16))
                  .setMode(in.u32(24)));
      case Opcode.LSEEK ->
          out.setSeek(
              Seek.newBuilder().setHandle(in.u64(0)).setOffset(in.u64(8)).setWhence(in.u32(16)));
      case Opcode.COPY_FILE_RANGE ->
          out.setCopyRange(
              CopyRange.newBuilder()
                  .setHandle(in.u64(0))
                  .setOffset(in.u64(8))
                  .setToHandle(in.u64(24))
                  .setToOffset(in.u64(32))
                  .setLength(in.u64(40))
                  .setFlags((int) in.u64(48)));
      case Opcode.GETLK -> out.setTestLock(lock(in, false));
      case Opcode.SETLK -> setLock(in, out, false);
      case Opcode.SETLKW -> setLock(in, out, true);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static Read read(FuseRequest in) throws MalformedRequestException {
    return Read.newBuilder().setHandle(in.u64(0)).setOffset(in.u64(8)).setSize(in.u32(16)).build();
  }

  /** What the kernel writes from its cache has its place, also where the descriptor appends. */
  private static Write write(FuseRequest in) throws MalformedRequestException {
    int flags = in.u32(32);
    return Write.newBuilder()
        .setHandle(in.u64(0))
        .setOffset(in.u64(8))
        .setFlags((in.u32(20) & WRITE_CACHE) != 0 ? flags & ~O_APPEND : flags)
        .setData(in.content(40, in.u32(16)))
        .build();
  }

  private static ReadDirectory readDirectory(FuseRequest in, boolean plus)
      throws MalformedRequestException {
    return ReadDirectory.newBuilder()
        .setHandle(in.u64(0))
        .setOffset(in.u64(8))
        .setSize(in.u32(16))
        .setPlus(plus)
        .build();
  }

  private static Rename rename(FuseRequest in, int flags, int names)
      throws MalformedRequestException {
    ByteString name = in.name(names);
    return Rename.newBuilder()
        .setNewDirectory(in.u64(0))
        .setFlags(flags)
        .setName(name)
        .setNewName(in.name(names + name.size() + 1))
        .build();
  }

  private static Create.Builder create(FuseRequest in) throws MalformedRequestException {
    return Create.newBuilder().setFlags(in.u32(0)).setMode(in.u32(4)).setUmask(in.u32(8));
  }

  private static void setLock(FuseRequest in, Request.Builder out, boolean wait)
      throws MalformedRequestException {
    if ((in.u32(40) & LK_FLOCK) == 0) out.setSetLock(lock(in, wait));
    else
      out.setWholeLock(
          WholeLock.newBuilder().setHandle(in.u64(0)).setType(in.u32(32)).setWait(wait));
  }

  private static Lock lock(FuseRequest in, boolean wait) throws MalformedRequestException {
    return Lock.newBuilder()
        .setHandle(in.u64(0))
        .setOwner(in.u64(8))
        .setStart(in.u64(16))
        .setEnd(in.u64(24))
        .setType(in.u32(32))
        .setPid(in.u32(36))
        .setWait(wait)
        .build();
  }
}
