package io.sojourn.checkpointer.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileFailure;
import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Copies that were made while the task ran. Most files are not written to in between, and theirs
 * are good; of the others it is known at the stop that they are not.
 */
final class EarlyCopies {
  /**
   * @param good whether it has the content that the file had at the stamp
   */
  private record Copy(String member, Stamp stamp, boolean good) {}

  private final Opening opening;
  private final Copies copies;
  private final Map<String, Copy> made = new HashMap<>();

  EarlyCopies(Opening opening, Copies copies) {
    this.opening = opening;
    this.copies = copies;
  }

  void take(Target target) throws IOException {
    String path = target.path();
    try (OpenFile file = opening.read(target.file())) {
      Statx status = file.status();
      if (!status.regular()) return;
      String member = copies.member();
      Stamp stamp = Stamp.of(status);
      // What is open and can be shared is shared at the stop, in no time. What is mapped may be
      // written to without a trace.
      boolean later =
          target.open()
              && (target.file().mapped()
                  || copies.way(file, status, member, path) != Copies.Way.COPIED);
      made.put(path, new Copy(member, stamp, !later));
      if (!later) copies.takeEarly(file, status, member, path);
      else copies.expect(file, status, member, path);
    } catch (FileFailure gone) {
      if (gone.errno() != ErrorNumber.ENOENT) throw gone;
    }
  }

  /**
   * The member that has what the file holds now.
   *
   * @param now how it is
   */
  String hold(Target target, Statx now) throws IOException {
    Copy copy = made.remove(target.path());
    if (copy != null && copy.good() && Stamp.of(now).unchangedSince(copy.stamp()))
      return copy.member();
    String member = copy == null ? copies.member() : copy.member();
    try (OpenFile file = opening.read(target.file())) {
      copies.take(file, file.status(), member, target.path());
    }
    return member;
  }

  /** Of files that were not there any more at the stop. */
  void discardRest() throws IOException {
    for (Copy one : made.values()) copies.discard(one.member());
    made.clear();
  }
}
