package io.sojourn.engine.files;

import io.sojourn.engine.linux.Proc;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Whose rights a thread of ours has on files. See credentials(7), setfsuid(2).
 *
 * @param groups supplementary
 */
public record ThreadIdentity(int uid, int gid, int[] groups) {
  private static final long SYS_SETGROUPS = 116;
  private static final long SYS_SETRESUID = 117;
  private static final long SYS_SETRESGID = 119;
  private static final long SYS_CAPGET = 125;
  private static final long SYS_CAPSET = 126;
  private static final int CLONE_FS = 0x200;
  private static final int CAPABILITY_VERSION_3 = 0x20080522;

  /** The identity that this thread took last; null: it still has the process's. */
  private static final ThreadLocal<ThreadIdentity> TAKEN = new ThreadLocal<>();

  /** What a thread may at most: its permitted capabilities when it first took an identity. */
  private static final ThreadLocal<NativeMemory> CAPABILITIES = new ThreadLocal<>();

  /** As a process has it. */
  public static ThreadIdentity of(int pid) {
    int[] owner = Proc.owner(pid);
    return new ThreadIdentity(owner[0], owner[1], Proc.groups(pid));
  }

  /** A thread with a umask of its own can be any user; others must not be made one. */
  public static void prepareThread() {
    // SAFETY: only this thread stops to share its umask and working directory with the process.
    if (LibcFiles.unshare(CLONE_FS) < 0)
      throw new IllegalStateException(
          "a thread cannot have a umask of its own: errno " + FileCalls.lastError());
    NativeMemory capabilities = new NativeMemory(32);
    capabilities.bytes().putInt(0, CAPABILITY_VERSION_3).putInt(4, 0);
    // SAFETY: header and two data structs of capget(2), version 3.
    LibcFiles.syscall(SYS_CAPGET, capabilities.address(), capabilities.address() + 8, 0);
    CAPABILITIES.set(capabilities);
  }

  /**
   * Makes the calling thread act as this user. By raw system calls: the C library would change all
   * threads of the process.
   *
   * <p>setfsuid(2) takes the capabilities that concern files from other users than root, but not
   * SYS_ADMIN, SYS_RESOURCE and SETFCAP, which count for trusted attributes, quotas and file
   * capabilities; so the effective set is emptied too.
   */
  public void take() {
    if (equals(TAKEN.get())) return;
    TAKEN.remove();
    NativeMemory capabilities = CAPABILITIES.get();
    if (capabilities == null) throw new IllegalStateException("prepareThread() comes first");
    effective(capabilities, true);
    NativeMemory list = new NativeMemory(Math.max(4, groups.length * 4));
    list.bytes().asIntBuffer().put(groups);
    // SAFETY: the list has as many numbers as are passed; this thread's credentials alone change.
    if (LibcFiles.syscall(SYS_SETGROUPS, groups.length, list.address(), 0) < 0) refuse("groups");
    list.keep();
    LibcFiles.setfsgid(gid);
    if (LibcFiles.setfsgid(-1) != gid) refuse("group " + gid);
    LibcFiles.setfsuid(uid);
    if (user() != uid) refuse("user " + uid);
    if (uid != 0) effective(capabilities, false);
    TAKEN.set(this);
  }

  /** What {@link #withAllRights} does. */
  public interface Work<T, E extends Exception> {
    T perform() throws E;
  }

  /**
   * Does something with all capabilities that the process has, whoever this thread acts as: to look
   * into a task at home takes more than the rights of that task's user.
   */
  public static <T, E extends Exception> T withAllRights(Work<T, E> work) throws E {
    ThreadIdentity now = TAKEN.get();
    NativeMemory capabilities = CAPABILITIES.get();
    if (now == null || now.uid == 0 || capabilities == null) return work.perform();
    effective(capabilities, true);
    try {
      return work.perform();
    } finally {
      effective(capabilities, false);
    }
  }

  /**
   * Does something as this thread's identity in the eyes of others, too: whom one connects to by a
   * unix socket is told the effective user and group, not those for files. As the real user stays
   * the process's, it cannot be signalled or traced by that user.
   */
  public static <T, E extends Exception> T seenByOthers(Work<T, E> work) throws E {
    ThreadIdentity now = TAKEN.get();
    NativeMemory capabilities = CAPABILITIES.get();
    if (now == null || capabilities == null) return work.perform();
    effective(capabilities, true);
    // SAFETY: this thread's effective numbers alone change; -1 leaves the others.
    if (LibcFiles.syscall(SYS_SETRESGID, -1, now.gid, -1) < 0) refuse("group " + now.gid);
    if (LibcFiles.syscall(SYS_SETRESUID, -1, now.uid, -1) < 0) refuse("user " + now.uid);
    try {
      return work.perform();
    } finally {
      // The capabilities come back with the user.
      TAKEN.remove();
      if (LibcFiles.syscall(SYS_SETRESUID, -1, 0, -1) < 0) refuse("user 0");
      if (LibcFiles.syscall(SYS_SETRESGID, -1, 0, -1) < 0) refuse("group 0");
      now.take();
    }
  }

  /** The user that the calling thread acts as. */
  public static int user() {
    // The only way to ask: a wrong number changes nothing and answers the number in force.
    return LibcFiles.setfsuid(-1);
  }

  /** The calling thread's umask; it must have been prepared. */
  public static void umask(int mask) {
    LibcFiles.umask(mask);
  }

  private static void effective(NativeMemory saved, boolean all) {
    NativeMemory set = new NativeMemory(32);
    ByteBuffer bytes = set.bytes().put(0, saved.bytes(), 0, 32);
    // Two structs of effective, permitted, inheritable: effective is all that is permitted, or
    // none.
    for (int at = 8; at < 32; at += 12) bytes.putInt(at, all ? bytes.getInt(at + 4) : 0);
    // SAFETY: as capset(2) wants it; pid 0 is this thread.
    if (LibcFiles.syscall(SYS_CAPSET, set.address(), set.address() + 8, 0) < 0)
      refuse("capabilities");
    set.keep();
  }

  private static void refuse(String what) {
    throw new IllegalStateException(
        "the kernel does not let this thread take the task's "
            + what
            + ": errno "
            + FileCalls.lastError()
            + "; the daemon needs CAP_SETUID and CAP_SETGID");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ThreadIdentity that
        && uid == that.uid
        && gid == that.gid
        && Arrays.equals(groups, that.groups);
  }

  @Override
  public int hashCode() {
    return uid * 31 + gid;
  }
}
