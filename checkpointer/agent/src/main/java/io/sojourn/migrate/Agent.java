package io.sojourn.migrate;

import org.jspecify.annotations.Nullable;

/** Where the JVM enters the agent, at its start or later through the attach API. */
public final class Agent {
  private Agent() {}

  /**
   * Called before {@code main} for {@code -javaagent:migrate.jar}.
   *
   * @param options the text after {@code =}, or null
   */
  public static void premain(@Nullable String options) {}

  /**
   * Called in a JVM that was started without the agent.
   *
   * @param options the text after {@code =}, or null
   */
  public static void agentmain(@Nullable String options) {}
}
