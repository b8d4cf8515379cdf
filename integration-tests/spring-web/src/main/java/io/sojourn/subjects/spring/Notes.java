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

  Notes() {
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    lines.add("before");
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

  String text() {
    return String.join("\n", lines);
  }
}
