package io.sojourn.subjects.spring;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.crac.CheckpointException;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;
import org.crac.RestoreException;
import org.springframework.stereotype.Component;

/** A resource as an application has it, beside those of the framework. */
@Component
class Notes implements Resource {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private volatile boolean refuses;
  private volatile long hangMillis;

  Notes() {
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) throws Exception {
    lines.add("before");
    if (refuses) throw new IllegalStateException("not today");
    Thread.sleep(hangMillis);
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    lines.add("after");
  }

  void checkpoint() {
    try {
      Core.checkpointRestore();
      lines.add("restored");
    } catch (CheckpointException | RestoreException | RuntimeException thrown) {
      lines.add(thrown + " " + Arrays.toString(thrown.getSuppressed()));
    }
  }

  void refuse() {
    refuses = true;
  }

  void hang(long millis) {
    hangMillis = millis;
  }

  @Override
  public String toString() {
    return "the notes";
  }

  String text() {
    return String.join("\n", lines);
  }
}
