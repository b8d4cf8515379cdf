package io.sojourn.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.TwoNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers as they are published go to another node and home again, five times, while their clients
 * work. No client sees an error, and every count is right.
 */
@Timeout(300)
class ServersMoveIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  private static final int ROUNDS = 5;
  private static final boolean SOAK = Boolean.getBoolean("sojourn.soak");

  /** One JDK for each server, in turn; all of them in a soak. */
  private static List<Jdk> jdks(int number) {
    List<Jdk> all = Jdk.matrix();
    return SOAK ? all : List.of(all.get(number % all.size()));
  }

  static List<Jdk> first() {
    return jdks(0);
  }

  static List<Jdk> second() {
    return jdks(1);
  }

  @ParameterizedTest
  @MethodSource("second")
  void h2(Jdk jdk) throws Exception {
    Path home = home("h2", jdk);
    List<String> java =
        Service.java(jdk, "-cp", Service.classPath(), "org.h2.tools.Server", "-tcp", "-tcpPort");
    java.addAll(List.of("9092", "-tcpAllowOthers", "-ifNotExists", "-baseDir", home + "/data"));
    try (Service server = Service.server(nodes, home, "h2", java).serving(nodes, 9092);
        Service client =
            Service.client(
                nodes, home, "Rows", "jdbc:h2:tcp://" + nodes.homeAddress() + ":9092/./rows")) {
      move(server, client, 20);
    }
  }

  private static Path home(String name, Jdk jdk) throws IOException {
    Path home = nodes.home().home().resolve(name + "-" + jdk.feature());
    return Files.createDirectory(home);
  }

  /** Out and home again, with work at each place. */
  private static void move(Service server, Service client, int times) throws Exception {
    List<String> downtimes = new ArrayList<>();
    client.goesOn(times);
    for (int move = 0; move < 2 * ROUNDS; move++) {
      String node = move % 2 == 0 ? "b" : "home";
      JsonNode moved = nodes.home().ckpt("migrate", server.name(), node).done().json();
      downtimes.add(moved.path("pauseMillis").asText());
      client.goesOn(times);
    }
    System.out.println(server.name() + ": " + downtimes + ", " + client.finish());
  }
}
