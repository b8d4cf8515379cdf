package io.sojourn.subjects.micronaut;

import io.micronaut.runtime.Micronaut;

/** Started as {@code java -Dmicronaut.server.port=8080 -jar micronaut-web.jar}. */
public final class Application {
  private Application() {}

  /** Serves until it is ended. */
  public static void main(String[] args) {
    Micronaut.run(Application.class, args);
  }
}
