package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.AttributeCalls;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.home.files.Before.Found;
import io.sojourn.protocol.files.Allocate;
import io.sojourn.protocol.files.CopyRange;
import io.sojourn.protocol.files.MakeNode;
import io.sojourn.protocol.files.Request;
import io.sojourn.protocol.files.SetExtended;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tells by what there was before a call, and by what there is now, whether a daemon that died had
 * made the call. The guest's kernel holds the directory or the file until it is answered, so no
 * other call of the task's was between.
 *
 * <p>A process of home's may have been. What it has made of the same name and kind between the two
 * looks is taken for the task's, and what it has removed for removed by the task: it would have to
 * do so in the microseconds between our look and the call, or the task's call would not have failed
 * at home either. Where it changes the result of the call afterwards, as who takes files that are
 * renamed into place, that is told apart.
 */
final class Look {
  /** The call has not been made. */
  static final long NOTHING = 0;

  /** It has been made, to the end. */
  static final long ALL = Long.MAX_VALUE;

  private final GuestFiles files;

  Look(GuestFiles files) {
    this.files = files;
  }

  Before before(Request request) throws Refused {
    return switch (request.getCallCase()) {
      case CREATE -> Before.of(name(request, request.getCreate().getName()));
      case SYMLINK -> Before.of(name(request, request.getSymlink().getName()));
      case MAKE_NODE -> Before.of(name(request, request.getMakeNode().getName()));
      case MAKE_DIRECTORY -> Before.of(name(request, request.getMakeDirectory().getName()));
      case LINK -> Before.of(name(request, request.getLink().getName()));
      case UNLINK -> Before.of(name(request, request.getUnlink()));
      case REMOVE_DIRECTORY -> Before.of(name(request, request.getRemoveDirectory()));
      case RENAME -> Before.of(name(request, request.getRename().getName()));
      case SET_EXTENDED -> Before.of(isSet(request, request.getSetExtended().getName()));
      case REMOVE_EXTENDED -> Before.of(isSet(request, request.getRemoveExtended()));
      case WRITE -> Before.of(size(request.getWrite().getHandle()));
      case ALLOCATE -> Before.of(size(request.getAllocate().getHandle()));
      case COPY_RANGE -> Before.of(size(request.getCopyRange().getHandle()));
      default -> throw new IllegalArgumentException("nothing to look at: " + request.getCallCase());
    };
  }

  /** How much of the call has been made: {@link #NOTHING}, {@link #ALL}, or so many bytes. */
  long done(Request request, Before before) throws Refused {
    return switch (request.getCallCase()) {
      case CREATE -> {
        boolean open = files.handles().find(request.getId()) != null;
        yield all(open || isNew(request, before, request.getCreate().getName(), Statx.S_IFREG));
      }
      case SYMLINK -> {
        ByteString name = request.getSymlink().getName();
        yield all(
            isNew(request, before, name, Statx.S_IFLNK)
                && request.getSymlink().getTarget().equals(target(request, name)));
      }
      case MAKE_NODE -> {
        MakeNode call = request.getMakeNode();
        yield all(isNew(request, before, call.getName(), call.getMode() & Statx.S_IFMT));
      }
      case MAKE_DIRECTORY ->
          all(isNew(request, before, request.getMakeDirectory().getName(), Statx.S_IFDIR));
      case LINK -> {
        Found now = name(request, request.getLink().getName());
        Node target = files.nodes().get(request.getLink().getTarget());
        yield all(before.name().equals(Found.NOTHING) && now.is(target.key()));
      }
      case UNLINK -> all(isOther(request, before, request.getUnlink()));
      case REMOVE_DIRECTORY -> all(isOther(request, before, request.getRemoveDirectory()));
      // Whatever others have made of the new name since. Of two names of one file nothing happens.
      case RENAME -> all(isOther(request, before, request.getRename().getName()));
      case SET_EXTENDED -> {
        SetExtended call = request.getSetExtended();
        byte[] now = extended(request, call.getName());
        yield all(before.number() == 0 && Arrays.equals(now, call.getValue().toByteArray()));
      }
      case REMOVE_EXTENDED ->
          all(before.number() != 0 && isSet(request, request.getRemoveExtended()) == 0);
      case WRITE -> new Appended(files, request.getWrite(), before.number()).length();
      case ALLOCATE -> all(resized(request.getAllocate(), before.number()));
      default -> NOTHING;
    };
  }

  private static long all(boolean done) {
    return done ? ALL : NOTHING;
  }

  /** So much of a copy is to be made as there was to copy at first. */
  CopyRange asItWas(CopyRange call, Before before) throws Refused {
    Handles handles = files.handles();
    if (handles.get(call.getHandle()).node() != handles.get(call.getToHandle()).node()) return call;
    long there = Math.max(0, before.number() - call.getOffset());
    return call.toBuilder().setLength(Math.min(call.getLength(), there)).build();
  }

  private Found name(Request request, ByteString name) throws Refused {
    return Found.of(status(files.nodes().get(request.getNode()), name));
  }

  private static @Nullable Statx status(Node directory, ByteString name) throws Refused {
    byte[] child = GuestFiles.child(name);
    try (SharedDescriptor.Use use = directory.use()) {
      return FileCalls.child(use.fd(), child);
    }
  }

  private boolean isNew(Request request, Before before, ByteString name, int type) throws Refused {
    if (!before.name().equals(Found.NOTHING)) return false;
    Statx now = status(files.nodes().get(request.getNode()), name);
    // mknod(2) takes no type for that of a regular file.
    return now != null && now.type() == (type == 0 ? Statx.S_IFREG : type);
  }

  private @Nullable ByteString target(Request request, ByteString name) throws Refused {
    try (SharedDescriptor.Use use = files.nodes().get(request.getNode()).use()) {
      byte[] target = FileCalls.readLink(use.fd(), GuestFiles.child(name));
      return target == null ? null : ByteString.copyFrom(target);
    }
  }

  /** The name meant something, and means that no longer. */
  private boolean isOther(Request request, Before before, ByteString name) throws Refused {
    return !before.name().equals(Found.NOTHING) && !name(request, name).equals(before.name());
  }

  private long isSet(Request request, ByteString name) throws Refused {
    return extended(request, name) == null ? 0 : 1;
  }

  private byte @Nullable [] extended(Request request, ByteString name) throws Refused {
    try (SharedDescriptor.Use use = files.nodes().get(request.getNode()).use()) {
      byte[] value = AttributeCalls.get(use.fd(), name.toByteArray());
      if (value == null && FileCalls.lastError() != ErrorNumber.ENODATA)
        throw new Refused(FileCalls.lastError());
      return value;
    }
  }

  private long size(long handle) throws Refused {
    try (SharedDescriptor.Use use = files.handles().get(handle).use()) {
      return Refused.present(FileCalls.stat(use.fd())).size();
    }
  }

  private boolean resized(Allocate call, long before) throws Refused {
    long by = (call.getMode() & Repetition.COLLAPSE) != 0 ? -call.getLength() : call.getLength();
    return size(call.getHandle()) == before + by;
  }
}
