package io.sojourn.home.files;

import io.sojourn.protocol.files.Entry;

/**
 * Those that one serves, and those that another does.
 *
 * @param first is asked first
 */
public record SocketsOfTwo(BoundSockets first, BoundSockets second) implements BoundSockets {
  @Override
  public boolean serves(byte[] name) {
    return first.serves(name) || second.serves(name);
  }

  @Override
  public boolean isOurs(long device, long inode) {
    return first.isOurs(device, inode) || second.isOurs(device, inode);
  }

  @Override
  public int make(int directory, byte[] name, int mode) {
    return (first.serves(name) ? first : second).make(directory, name, mode);
  }

  @Override
  public void found(long device, long inode, Entry entry) {
    first.found(device, inode, entry);
    second.found(device, inode, entry);
  }

  @Override
  public void namesGo() {
    first.namesGo();
    second.namesGo();
  }
}
