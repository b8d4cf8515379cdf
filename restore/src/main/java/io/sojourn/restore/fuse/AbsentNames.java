package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of which the kernel believes that there is nothing, until it is told otherwise. */
final class AbsentNames {
  private static final int MOST = 20_000;

  /** In a directory. */
  record Name(long directory, ByteString name) {}

  private final Set<Name> names = new LinkedHashSet<>();

  /** The one that is to be believed no longer in its place; null where there is room. */
  synchronized @Nullable Name add(long directory, ByteString name) {
    if (!names.add(new Name(directory, name)) || names.size() <= MOST) return null;
    Iterator<Name> eldest = names.iterator();
    Name gone = eldest.next();
    eldest.remove();
    return gone;
  }

  /** All, which are to be believed no longer. */
  synchronized List<Name> takeAll() {
    List<Name> all = new ArrayList<>(names);
    names.clear();
    return all;
  }
}
