package io.sojourn.repository.seal;

/** What is done to bytes before they leave the node, and undone when they come back. */
public interface Seal {
  /** Nothing at all. */
  Seal NONE =
      new Seal() {
        @Override
        public byte[] seal(byte[] plain, byte[] context) {
          return plain;
        }

        @Override
        public byte[] open(byte[] sealed, byte[] context) {
          return sealed;
        }

        @Override
        public boolean current(byte[] sealed) {
          return true;
        }
      };

  /**
   * @param context what it is: it can be opened as nothing else
   */
  byte[] seal(byte[] plain, byte[] context);

  /**
   * @throws DamageException it is not what was sealed, or its key is not at hand
   */
  byte[] open(byte[] sealed, byte[] context) throws DamageException;

  /** Whether that was sealed with the key that new things are sealed with. */
  boolean current(byte[] sealed);
}
