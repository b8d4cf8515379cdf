package io.sojourn.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.operation.OperationException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks of nodes a (10.0.0.1) and b (10.0.0.2), which come to c (10.0.0.3) or stay. */
class RelocatedEndTest {
  @Test
  void anEndIsToldWhereTheOtherHasCome() {
    RelocatedEnd came = end("heat0", "a", "c", "10.0.0.1:7000", "10.0.0.2:40000", "10.0.0.3:7000");
    RelocatedEnd stays =
        end("heat1", "b", "b", "10.0.0.2:40000", "10.0.0.1:7000", "10.0.0.2:40000");
    assertThat(RelocatedEnd.among(List.of(came, stays)))
        .extracting(one -> one.now().ends())
        .containsExactly("10.0.0.3:7000 -> 10.0.0.2:40000", "10.0.0.2:40000 -> 10.0.0.3:7000");
  }

  @Test
  void bothEndsMayHaveCome() {
    RelocatedEnd one = end("heat0", "a", "c", "10.0.0.1:7000", "10.0.0.1:40000", "10.0.0.3:7000");
    RelocatedEnd two = end("heat1", "a", "c", "10.0.0.1:40000", "10.0.0.1:7000", "10.0.0.3:40000");
    assertThat(RelocatedEnd.among(List.of(one, two)))
        .extracting(end -> end.now().ends())
        .containsExactly("10.0.0.3:7000 -> 10.0.0.3:40000", "10.0.0.3:40000 -> 10.0.0.3:7000");
  }

  @Test
  void strangersAreNotAmongThem() {
    RelocatedEnd end = end("heat0", "a", "c", "10.0.0.1:7000", "10.0.0.9:1", "10.0.0.3:7000");
    assertThat(RelocatedEnd.among(List.of(end))).isEmpty();
  }

  @Test
  void aNodesLoopbackIsNotLeftByOneOfTwo() {
    RelocatedEnd one = end("heat0", "a", "c", "127.0.0.1:7000", "127.0.0.1:4", "127.0.0.1:7000");
    RelocatedEnd two = end("heat1", "a", "b", "127.0.0.1:4", "127.0.0.1:7000", "127.0.0.1:4");
    assertThatThrownBy(() -> RelocatedEnd.among(List.of(one, two)))
        .isInstanceOfSatisfying(
            OperationException.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(OperationException.Kind.REFUSED);
              assertThat(refused).hasMessageContainingAll("heat0", "heat1", "loopback of node a");
              assertThat(refused.mend()).contains("--on heat0=c,heat1=c");
            });
    RelocatedEnd along = end("heat1", "a", "c", "127.0.0.1:4", "127.0.0.1:7000", "127.0.0.1:4");
    assertThat(RelocatedEnd.among(List.of(one, along))).hasSize(2);
  }

  @Test
  void loopbacksOfTwoNodesAreTwo() {
    RelocatedEnd one = end("heat0", "a", "a", "127.0.0.1:7000", "127.0.0.1:4", "127.0.0.1:7000");
    RelocatedEnd two = end("heat1", "b", "b", "127.0.0.1:4", "127.0.0.1:7000", "127.0.0.1:4");
    assertThat(RelocatedEnd.among(List.of(one, two))).isEmpty();
  }

  @Test
  void connectionsThatWouldBeAlikeAreRefused() {
    RelocatedEnd one = end("heat0", "a", "c", "10.0.0.1:7000", "10.0.0.9:1", "10.0.0.3:7000");
    RelocatedEnd two = end("heat1", "b", "c", "10.0.0.2:7000", "10.0.0.9:1", "10.0.0.3:7000");
    assertThatThrownBy(() -> RelocatedEnd.among(List.of(one, two)))
        .isInstanceOf(OperationException.class)
        .hasMessageContainingAll("heat0", "heat1", "10.0.0.3:7000 -> 10.0.0.9:1 on node c");
    // Two processes of a task may have one.
    assertThat(RelocatedEnd.among(List.of(one, one))).isEmpty();
  }

  private static RelocatedEnd end(
      String task, String from, String to, String local, String remote, String now) {
    InternetSocket then = new InternetSocket(1, "tcp", "ESTABLISHED", local, remote, 0, 0);
    return new RelocatedEnd(task, from, to, then, now, remote);
  }
}
