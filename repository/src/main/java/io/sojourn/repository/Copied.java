package io.sojourn.repository;

import io.sojourn.repository.seal.DamageException;
import java.util.Arrays;

/** A chunk out of one pack, for another. */
final class Copied {
  private Copied() {}

  /**
   * As it is stored, or sealed anew where its key is an old one.
   *
   * @throws DamageException it is not what was stored: a copy would hide where it was lost
   */
  static byte[] of(byte[] content, String pack, Pack.Entry entry, Codec codec)
      throws DamageException {
    if (entry.offset() + entry.length() > content.length)
      throw new DamageException("pack " + pack + " is cut off");
    byte[] stored = Arrays.copyOfRange(content, entry.offset(), entry.offset() + entry.length());
    try {
      byte[] plain = codec.decode(entry.id(), stored);
      return codec.seal().current(stored) ? stored : codec.encode(entry.id(), plain);
    } catch (DamageException damaged) {
      throw new DamageException("pack " + pack + ": " + damaged.getMessage(), damaged);
    }
  }
}
