package io.sojourn.node.schedule;

/**
 * What a task's calls do on another node while its home cannot be reached, as users write it:
 * "wait", "fail:5m".
 */
public final class HomeLost {
  private static final String WAIT = "wait";
  private static final String FAIL = "fail:";

  private HomeLost() {}

  /**
   * After how many milliseconds they fail; 0: they wait.
   *
   * @throws IllegalArgumentException it is neither; its message says so
   */
  public static long millis(String text) {
    if (text.equals(WAIT)) return 0;
    if (!text.startsWith(FAIL))
      throw new IllegalArgumentException("'" + text + "' is neither wait nor fail:TIME");
    return Durations.parse(text.substring(FAIL.length())).toMillis();
  }

  /** What an agent's options say; the agent has told the program's user what it did not take. */
  public static long ofAgent(String options) {
    try {
      return millis(AgentOptions.value(options, "homeLost", WAIT));
    } catch (IllegalArgumentException notTaken) {
      return 0;
    }
  }
}
