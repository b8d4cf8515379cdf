package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.lives.LifeClaim;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Of heat0 and heat1 of node a, and heat2 of node b. */
class GroupPlacesTest {
  private static final GroupImage IMAGE =
      GroupImage.newBuilder()
          .setGroup("heat")
          .setNumber(3)
          .addParts(part("heat0", "a"))
          .addParts(part("heat1", "a"))
          .addParts(part("heat2", "b"))
          .build();

  private static GroupImage.Part part(String task, String node) {
    return GroupImage.Part.newBuilder()
        .setTask(task)
        .setTaskId("id-" + task)
        .setImage(task + "-1")
        .setNode(node)
        .build();
  }

  private static GroupPlaces places(String... wanted) {
    return GroupPlaces.of(IMAGE, Map.of(), Map.of(), List.of(wanted));
  }

  private static String where(GroupPlaces places) {
    return new TreeMap<>(places.all())
        .values().stream()
            .map(place -> place.getNode() + place.getClaimed())
            .collect(Collectors.joining(" "));
  }

  @Test
  void eachGoesWhereItIsSaid() {
    assertThat(where(places())).isEqualTo("a0 a0 b0");
    assertThat(where(places("c"))).isEqualTo("c0 c0 c0");
    assertThat(where(places("a=c"))).isEqualTo("c0 c0 b0");
    assertThat(where(places("heat1=c"))).isEqualTo("a0 c0 b0");
    assertThat(where(places("id-heat1=c"))).isEqualTo("a0 c0 b0");
    // What says more counts more, however it is ordered.
    assertThat(where(places("heat0=e", "a=d", "c"))).isEqualTo("e0 d0 c0");
    // A node has lost them by what it had, not by what it gets.
    assertThat(where(places("a=b", "b=a"))).isEqualTo("b0 b0 a0");
  }

  @Test
  void oneThatWasBroughtElsewhereHasLivedThere() {
    LifeClaim claim = LifeClaim.newBuilder().setNode("c").setNumber(4).build();
    Map<String, LifeClaim> claims = Map.of("id-heat0", claim);
    assertThat(where(GroupPlaces.of(IMAGE, Map.of(), claims, List.of()))).isEqualTo("c4 a0 b0");
    assertThat(where(GroupPlaces.of(IMAGE, Map.of(), claims, List.of("c=b"))))
        .isEqualTo("b4 a0 b0");
  }

  @Test
  void whatNamesNobodyIsRefused() {
    assertThatThrownBy(() -> places("d=c"))
        .isInstanceOfSatisfying(
            OperationException.class,
            usage -> {
              assertThat(usage.kind()).isEqualTo(OperationException.Kind.USAGE);
              assertThat(usage).hasMessageContainingAll("heat@3", "'d'");
              assertThat(usage.mend()).contains("heat0 on a");
            });
    for (String nonsense : List.of("=c", "a=", ""))
      assertThatThrownBy(() -> places(nonsense)).isInstanceOf(OperationException.class);
  }

  @Test
  void silentNodesAreGivenUpByNameOnly() {
    Set<String> answer = Set.of("b", "c");
    assertThatThrownBy(() -> places().refuseSilent(answer, true))
        .isInstanceOfSatisfying(
            OperationException.class,
            refused -> {
              assertThat(refused).hasMessageContainingAll("node a", "heat0", "does not answer");
              assertThat(refused.mend()).contains("--on a=NODE --give-up");
            });
    assertThatThrownBy(() -> places("a=c").refuseSilent(answer, false))
        .isInstanceOfSatisfying(
            OperationException.class,
            refused -> {
              assertThat(refused).hasMessageContainingAll("node a", "heat0, heat1");
              assertThat(refused.mend()).contains("--give-up");
            });
    places("a=c").refuseSilent(answer, true);
    assertThatThrownBy(() -> places("a=d").refuseSilent(answer, true))
        .hasMessageContaining("node d does not answer");
  }
}
