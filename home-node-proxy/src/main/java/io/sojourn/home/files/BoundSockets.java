package io.sojourn.home.files;

import io.sojourn.protocol.files.Entry;

/** Sockets of a task that others reach by their names at home, wherever the task is. */
public interface BoundSockets {
  /** All that the task makes are names only: who connects at home is refused. */
  BoundSockets NONE =
      new BoundSockets() {
        @Override
        public boolean serves(byte[] name) {
          return false;
        }

        @Override
        public boolean isOurs(long device, long inode) {
          return false;
        }

        @Override
        public void found(long device, long inode, Entry entry) {}

        @Override
        public void namesGo() {}

        @Override
        public int make(int directory, byte[] name, int mode) {
          throw new IllegalStateException("no socket is served");
        }
      };

  /** Whether one that is made with this name is to be served. */
  boolean serves(byte[] name);

  /** Whether it is the file of one that is served. */
  boolean isOurs(long device, long inode);

  /**
   * Makes it, with the calling thread's rights and umask, as mknod(2) does.
   *
   * @return 0, or an errno as a negative number
   */
  int make(int directory, byte[] name, int mode);

  /** After {@link #make}: what the guest knows the file by. */
  void found(long device, long inode, Entry entry);

  /** Names were removed: what has none any more need not be served. */
  void namesGo();
}
