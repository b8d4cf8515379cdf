package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.Notification;
import io.sojourn.protocol.files.Change;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an event at home is to a guest: which of the things that it knows are otherwise now. */
final class NewsOfChange {
  private static final long NAMES =
      Notification.CREATE | Notification.DELETE | Notification.MOVED_FROM | Notification.MOVED_TO;

  private NewsOfChange() {}

  static void add(Notification event, Map<String, Node> watched, Set<Change> changes) {
    if (event.is(Notification.OVERFLOW)) {
      changes.add(Change.getDefaultInstance());
      return;
    }
    Node file = event.file() == null ? null : watched.get(event.file());
    if (file != null && !file.directory()) changes.add(of(file.id(), !modified(event)));
    Node directory = event.directory() == null ? null : watched.get(event.directory());
    byte @Nullable [] name = event.name();
    if (directory == null || name == null) return;
    if (event.ofDirectoryItself()) changes.add(of(directory.id(), true));
    else ofName(event, directory, ByteString.copyFrom(name), changes);
  }

  private static void ofName(
      Notification event, Node directory, ByteString name, Set<Change> changes) {
    Long child = directory.children().get(name);
    if (child == null && directory.lookingUp()) changes.add(of(directory.id(), name));
    if (child != null) changes.add(of(child, !modified(event)));
    if (!event.is(NAMES)) return;
    changes.add(of(directory.id(), name));
    changes.add(of(directory.id(), false));
  }

  private static boolean modified(Notification event) {
    return event.is(Notification.MODIFY);
  }

  private static Change of(long node, boolean attributesOnly) {
    return Change.newBuilder().setNode(node).setAttributesOnly(attributesOnly).build();
  }

  private static Change of(long directory, ByteString name) {
    return Change.newBuilder().setNode(directory).setName(name).build();
  }
}
