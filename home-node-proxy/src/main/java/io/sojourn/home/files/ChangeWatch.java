package io.sojourn.home.files;

/** Watches what the guest has been told of. */
interface ChangeWatch {
  /** Where nobody can watch. */
  ChangeWatch NONE =
      new ChangeWatch() {
        @Override
        public void directory(Node node) {}

        @Override
        public void file(Node node) {}

        @Override
        public void forget(Node node) {}

        @Override
        public boolean watching() {
          return false;
        }

        @Override
        public void close() {}
      };

  /** Before the first child is looked up, so that no change falls between. */
  void directory(Node node);

  /** By whatever name it is changed. */
  void file(Node node);

  void forget(Node node);

  boolean watching();

  void close();
}
