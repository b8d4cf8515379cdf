package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.LockCalls;
import io.sojourn.protocol.files.Lock;
import io.sojourn.protocol.files.WholeLock;

/** Locks, held here: they meet those of home's own processes. */
final class LockService {
  private final GuestFiles files;
  private final LentLocks lent;

  LockService(GuestFiles files) {
    this.files = files;
    this.lent = files.lentLocks();
  }

  Lock test(Lock call) throws Refused {
    Handle handle = files.handles().get(call.getHandle());
    try (SharedDescriptor.Use use = handle.node().locks().of(call.getOwner(), handle).use()) {
      LockCalls.Range found = LockCalls.test(use.fd(), range(call));
      if (found.pid() < 0) throw new Refused(-found.pid());
      if (lent.grants(found, range(call)))
        return Lock.newBuilder().setType(LockCalls.F_UNLCK).build();
      Lock.Builder lock = Lock.newBuilder().setType(found.type()).setPid(found.pid());
      if (found.type() == LockCalls.F_UNLCK) return lock.build();
      long end = found.length() == 0 ? Long.MAX_VALUE : found.start() + found.length() - 1;
      return lock.setStart(found.start()).setEnd(end).build();
    }
  }

  void set(Lock call, Wait wait) throws Refused {
    Handle handle = files.handles().get(call.getHandle());
    OwnerLocks locks = handle.node().locks();
    boolean isLent = lent.has(handle.node(), call.getOwner());
    if (call.getType() == LockCalls.F_UNLCK && !isLent && locks.find(call.getOwner()) == null)
      return;
    try (SharedDescriptor.Use use = locks.of(call.getOwner(), handle).use()) {
      LockCalls.Range range = range(call);
      if (call.getType() != LockCalls.F_UNLCK) {
        if (LockCalls.set(use.fd(), range, false) == 0) return;
        LockCalls.Range inTheWay = LockCalls.test(use.fd(), range);
        if (lent.grant(handle.node(), call.getOwner(), range, inTheWay)) return;
      }
      if (isLent) lent.take(handle.node(), call.getOwner(), use.fd(), true);
      Refused.checked(wait.until(() -> LockCalls.set(use.fd(), range, call.getWait())));
    }
  }

  /** flock(2) is of the open file, and that has a descriptor of its own here. */
  void whole(WholeLock call, Wait wait) throws Refused {
    int operation =
        switch (call.getType()) {
          case LockCalls.F_RDLCK -> LockCalls.LOCK_SH;
          case LockCalls.F_WRLCK -> LockCalls.LOCK_EX;
          case LockCalls.F_UNLCK -> LockCalls.LOCK_UN;
          default -> throw new Refused(ErrorNumber.EINVAL);
        };
    int how = call.getWait() ? operation : operation | LockCalls.LOCK_NB;
    Handle handle = files.handles().get(call.getHandle());
    SharedDescriptor atHome = lent.of(handle);
    try (SharedDescriptor.Use use = atHome == null ? handle.use() : atHome.use()) {
      int now = LockCalls.flock(use.fd(), operation | LockCalls.LOCK_NB);
      if (now == 0 || atHome == null && lent.find(handle, operation | LockCalls.LOCK_NB)) return;
      Refused.checked(wait.until(() -> LockCalls.flock(use.fd(), how)));
    }
  }

  /** All that the owner holds on the file ends: it has closed a descriptor of it. */
  void flush(Node node, long owner) {
    lent.take(node, owner, -1, false);
    node.locks().release(owner);
  }

  private static LockCalls.Range range(Lock call) throws Refused {
    if (call.getStart() < 0 || call.getEnd() < call.getStart() || call.getType() > 2)
      throw new Refused(ErrorNumber.EINVAL);
    long length = call.getEnd() == Long.MAX_VALUE ? 0 : call.getEnd() - call.getStart() + 1;
    return new LockCalls.Range(call.getType(), call.getStart(), length, 0);
  }
}
