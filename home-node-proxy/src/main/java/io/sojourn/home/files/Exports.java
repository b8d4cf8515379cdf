package io.sojourn.home.files;

import io.grpc.StatusException;

/** Who may have which files. The daemon knows: which tasks it gave away, and to whom. */
@FunctionalInterface
public interface Exports {
  /**
   * Called as each stream begins, in the call's own gRPC context.
   *
   * @throws StatusException where the caller may not: PERMISSION_DENIED for a stranger or an older
   *     incarnation, with a description that says so
   */
  Export find(String task, int incarnation) throws StatusException;
}
