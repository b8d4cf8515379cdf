package io.sojourn.node.supervision;

import io.sojourn.node.record.RecordFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The tasks under supervision, a file each: {@code supervised/ID.json}. */
final class SupervisedStore {
  private final RecordFiles<Supervised> files;
  private final Map<String, Supervised> tasks = new ConcurrentHashMap<>();

  private SupervisedStore(RecordFiles<Supervised> files) {
    this.files = files;
  }

  static SupervisedStore open(Path directory) throws IOException {
    SupervisedStore store = new SupervisedStore(new RecordFiles<>(directory, Supervised.class));
    for (Supervised one : store.files.all()) store.tasks.put(one.task(), one);
    return store;
  }

  List<Supervised> all() {
    return List.copyOf(tasks.values());
  }

  Optional<Supervised> get(String task) {
    return Optional.ofNullable(tasks.get(task));
  }

  /** Keeps a new one, or gives the one that there is another policy. */
  synchronized void begin(Supervised wanted) {
    put(get(wanted.task()).map(before -> before.under(wanted)).orElse(wanted));
  }

  /** Keeps a new one in the place of any other. */
  synchronized void replace(Supervised wanted) {
    put(wanted);
  }

  /** Changes it, where there still is one. */
  synchronized Optional<Supervised> change(String task, UnaryOperator<Supervised> change) {
    Optional<Supervised> changed = get(task).map(change);
    changed.ifPresent(this::put);
    return changed;
  }

  private void put(Supervised one) {
    if (one.equals(tasks.get(one.task()))) return;
    try {
      files.write(one.task(), one);
      tasks.put(one.task(), one);
    } catch (IOException full) {
      throw new UncheckedIOException("what is supervised could not be noted", full);
    }
  }

  synchronized boolean remove(String task) {
    try {
      files.remove(task);
    } catch (IOException kept) {
      throw new UncheckedIOException("a supervision could not be ended", kept);
    }
    return tasks.remove(task) != null;
  }
}
