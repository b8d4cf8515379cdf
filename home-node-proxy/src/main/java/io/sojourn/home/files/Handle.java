package io.sojourn.home.files;

/** An open file of the guest's: one descriptor here for one open file description there. */
record Handle(long id, Node node, int flags, SharedDescriptor descriptor) {
  SharedDescriptor.Use use() throws Refused {
    return descriptor.use();
  }
}
