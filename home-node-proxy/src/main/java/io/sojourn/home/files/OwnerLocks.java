package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The record locks of one file. Each owner in the guest, a process there, has a descriptor here,
 * and the locks are that descriptor's: so owners exclude each other, and processes of home.
 */
final class OwnerLocks {
  private final Map<Long, SharedDescriptor> byOwner = new HashMap<>();

  /** The owner's descriptor; opened from the one that it locks through. */
  synchronized SharedDescriptor of(long owner, Handle through) throws Refused {
    SharedDescriptor known = byOwner.get(owner);
    if (known != null) return known;
    try (SharedDescriptor.Use use = through.use()) {
      // A write lock may follow through another descriptor of the owner's, so both if we can.
      int fd = FileCalls.reopen(use.fd(), FileCalls.O_RDWR);
      if (fd < 0) fd = FileCalls.reopen(use.fd(), through.flags() & FileCalls.O_ACCMODE);
      if (fd < 0) throw new Refused(ErrorNumber.ENOLCK);
      SharedDescriptor opened = new SharedDescriptor(fd);
      byOwner.put(owner, opened);
      return opened;
    }
  }

  synchronized List<SharedDescriptor> all() {
    return List.copyOf(byOwner.values());
  }

  /** Null where the owner has locked nothing. */
  synchronized @Nullable SharedDescriptor find(long owner) {
    return byOwner.get(owner);
  }

  /** Lets go of all that an owner has locked, as close(2) of any of its descriptors does. */
  synchronized void release(long owner) {
    SharedDescriptor descriptor = byOwner.remove(owner);
    if (descriptor != null) descriptor.giveUp();
  }

  synchronized void close() {
    byOwner.values().forEach(SharedDescriptor::giveUp);
    byOwner.clear();
  }
}
