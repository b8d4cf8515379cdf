package io.sojourn.node.schedule;

/**
 * How long one of two nodes does without the other for the sake of a task, as users write it:
 * "wait", "fail:5m".
 */
public enum WhenLost {
  /** What the task's calls do on another node while its home cannot be reached. */
  HOME("homeLost", "wait", "fail:"),

  /** What its home does with its connections while the node where it is is not heard of. */
  GUEST("guestLost", "keep", "reset:");

  private final String option;
  private final String forEver;
  private final String after;

  /**
   * @param option of the agent
   */
  WhenLost(String option, String forEver, String after) {
    this.option = option;
    this.forEver = forEver;
    this.after = after;
  }

  /**
   * After how many milliseconds it is given up; 0: never.
   *
   * @throws IllegalArgumentException it is neither; its message says so
   */
  public long millis(String text) {
    if (text.equals(forEver)) return 0;
    if (!text.startsWith(after))
      throw new IllegalArgumentException(
          "'" + text + "' is neither " + forEver + " nor " + after + "TIME");
    return Durations.parse(text.substring(after.length())).toMillis();
  }

  /** What an agent's options say; the agent has told the program's user what it did not take. */
  public long ofAgent(String options) {
    try {
      return millis(AgentOptions.value(options, option, forEver));
    } catch (IllegalArgumentException notTaken) {
      return 0;
    }
  }
}
