package io.sojourn.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Virtual machines that do the same work by turns, one turn each a round, so that what the machine
 * does meanwhile weighs on all alike. In the middle all but the first get the agent. Between two
 * virtual machines that start alike, what the compilers happen to choose makes more of a difference
 * than an agent that waits: each is compared with itself, before and after.
 */
final class ByTurns {
  /** What the compilers do at first, and what comes of getting the agent, is left out. */
  private static final int WARM_UPS = 4;

  private final List<String> choices;
  private final Map<String, Repeater> machines;
  private final int rounds;

  /**
   * @param machines by the choice's name; the first is the one that the others are compared with
   * @param rounds that are measured before the middle, and after it
   */
  ByTurns(Map<String, Repeater> machines, int rounds) {
    this.machines = machines;
    this.choices = List.copyOf(machines.keySet());
    this.rounds = rounds;
  }

  /** What is done in the middle. */
  interface Middle {
    void of(String choice, Repeater machine) throws Failure, InterruptedException;
  }

  /** How much longer it takes with the agent than without: 0 for the same. */
  record Cost(double clock, double cpu) {
    static final Cost NONE = new Cost(0, 0);

    /** How much longer it takes than with another agent. */
    Cost over(Cost other) {
      return new Cost((1 + clock) / (1 + other.clock) - 1, (1 + cpu) / (1 + other.cpu) - 1);
    }
  }

  /** By choice, without the first. */
  Map<String, Cost> costs(Middle middle) throws Failure, InterruptedException {
    Map<String, Cost> before = half();
    for (String choice : choices) middle.of(choice, machine(choice));
    Map<String, Cost> after = half();
    Map<String, Cost> costs = new LinkedHashMap<>();
    after.forEach(
        (choice, cost) -> {
          @Nullable Cost was = before.get(choice);
          if (was != null)
            costs.put(choice, new Cost(cost.clock() / was.clock() - 1, cost.cpu() / was.cpu() - 1));
        });
    return costs;
  }

  /** Medians of the ratios to the first machine's turn of the same round. */
  private Map<String, Cost> half() throws Failure {
    Map<String, Ratios> ratios = new LinkedHashMap<>();
    List<String> order = new ArrayList<>(choices);
    String first = choices.get(0);
    choices.stream().skip(1).forEach(choice -> ratios.put(choice, new Ratios()));
    for (int round = -WARM_UPS; round < rounds; round++) {
      Map<String, Repeater.Turn> turns = new LinkedHashMap<>();
      for (String choice : order) turns.put(choice, machine(choice).turn());
      // Each is before and behind each other as often.
      Collections.rotate(order, 1);
      if (round % order.size() == 0) Collections.reverse(order);
      if (round < 0) continue;
      Repeater.Turn base = turn(turns, first);
      ratios.forEach((choice, so) -> so.add(turn(turns, choice), base));
    }
    Map<String, Cost> costs = new LinkedHashMap<>();
    ratios.forEach((choice, so) -> costs.put(choice, so.median()));
    return costs;
  }

  private record Ratios(Series clock, Series cpu) {
    Ratios() {
      this(new Series(), new Series());
    }

    void add(Repeater.Turn turn, Repeater.Turn base) {
      clock.add(turn.clock() / base.clock());
      cpu.add(turn.cpu() / base.cpu());
    }

    Cost median() {
      return new Cost(clock.median(), cpu.median());
    }
  }

  private Repeater machine(String choice) {
    Repeater machine = machines.get(choice);
    if (machine == null) throw new IllegalStateException(choice);
    return machine;
  }

  private static Repeater.Turn turn(Map<String, Repeater.Turn> turns, String choice) {
    Repeater.Turn turn = turns.get(choice);
    if (turn == null) throw new IllegalStateException(choice);
    return turn;
  }
}
