package io.sojourn.subjects.micronaut;

import io.micronaut.crac.OrderedResource;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.crac.Context;
import org.crac.Resource;

/** A resource as an application has it, beside those of the framework. */
@Singleton
class Notes implements OrderedResource {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    lines.add("before");
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    lines.add("after");
  }

  String text() {
    return String.join("\n", lines);
  }
}
