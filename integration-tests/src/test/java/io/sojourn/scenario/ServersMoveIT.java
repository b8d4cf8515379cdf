package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.TwoNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers as they are published go to another node and home again, twice, in a soak five times,
 * while their clients work. No client sees an error, and every count is right.
 */
@Timeout(300)
class ServersMoveIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  private static final Pattern INDEXED = Pattern.compile("\"indexed\":\\s*(\\d+)");
  private static final boolean SOAK = Boolean.getBoolean("sojourn.soak");

  /** Out and home again. */
  private static final int ROUNDS = SOAK ? 5 : 2;

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
  @MethodSource("first")
  void h2(Jdk jdk) throws Exception {
    Path home = home("h2", jdk);
    try (Service server =
            server(home, jdk, "org.h2.tools.Server")
                .with("-tcp", "-tcpPort", "9092", "-tcpAllowOthers", "-ifNotExists")
                .with("-baseDir", home + "/data")
                .start(nodes)
                .serving(nodes, 9092);
        Service client =
            Service.client(
                nodes, home, "Rows", "jdbc:h2:tcp://" + nodes.homeAddress() + ":9092/./rows")) {
      move(server, client, 10);
    }
  }

  @ParameterizedTest
  @MethodSource("second")
  void lucene(Jdk jdk) throws Exception {
    Path home = home("lucene", jdk);
    try (Service indexer =
        server(home, jdk, "io.sojourn.examples.lucene.Indexer")
            .with("--index", "index", "--status", "status", "--documents", "5000")
            .start(nodes)) {
      move(indexer, () -> more(home));
      indexer.terminate();
      assertThat(indexer.ends()).as(indexer::output).isZero();
    }
    String checked =
        Service.said(
            Service.java(
                jdk,
                "-cp",
                Service.classPath(),
                "org.apache.lucene.index.CheckIndex",
                home + "/index"));
    assertThat(checked).contains("No problems were detected with this index.");
  }

  private static void more(Path home) {
    long before = indexed(home);
    await("documents in " + home)
        .atMost(Duration.ofSeconds(60))
        .until(() -> indexed(home) > before + 1000);
  }

  private static long indexed(Path home) {
    List<String> lines = Service.lines(home.resolve("status"));
    for (int at = lines.size() - 1; at >= 0; at--) {
      Matcher count = INDEXED.matcher(lines.get(at));
      if (count.find()) return Long.parseLong(count.group(1));
    }
    return 0;
  }

  /** In a soak only: it takes more than a minute. */
  @EnabledIfSystemProperty(named = "sojourn.soak", matches = "true")
  @ParameterizedTest
  @MethodSource("first")
  void tomcat(Jdk jdk) throws Exception {
    Path home = home("tomcat", jdk);
    Path jar = Service.SUBJECTS.resolve("spring-web/target/spring-web.jar");
    try (Service server =
            new Service.Program(home, Service.java(jdk, "-Dserver.port=8080", "-jar", "" + jar))
                .start(nodes)
                .serving(nodes, 8080);
        Service client =
            Service.client(
                nodes, home, "Requests", "http://" + nodes.homeAddress() + ":8080/count")) {
      move(server, client, 10);
    }
  }

  @ParameterizedTest
  @MethodSource("second")
  void zooKeeper(Jdk jdk) throws Exception {
    Path home = home("zookeeper", jdk);
    Files.writeString(
        home.resolve("zoo.cfg"),
        """
        dataDir=%s/data
        clientPort=2181
        admin.enableServer=false
        # As long as this machine needs when it is busy; what is promised is that nobody notices.
        maxSessionTimeout=300000
        """
            .formatted(home));
    try (Service server =
            server(home, jdk, "org.apache.zookeeper.server.ZooKeeperServerMain")
                .with("zoo.cfg")
                .start(nodes)
                .serving(nodes, 2181);
        Service client = Service.client(nodes, home, "Nodes", nodes.homeAddress() + ":2181")) {
      move(server, client, 10);
    }
  }

  @ParameterizedTest
  @MethodSource("first")
  void kafka(Jdk jdk) throws Exception {
    Path home = home("kafka", jdk);
    Files.writeString(
        home.resolve("server.properties"),
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@localhost:9095
        controller.listener.names=CONTROLLER
        listeners=PLAINTEXT://:9094,CONTROLLER://localhost:9095
        advertised.listeners=PLAINTEXT://%s:9094
        log.dirs=%s/data
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=2
        group.initial.rebalance.delay.ms=0
        """
            .formatted(nodes.homeAddress(), home));
    Service.said(
        Service.java(
            jdk,
            "-cp",
            Service.classPath(),
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            "Mk3OEYBSD34fcwNTJENDM2",
            "--config",
            home + "/server.properties"));
    try (Service server =
            server(home, jdk, "kafka.Kafka")
                .with("server.properties")
                .start(nodes)
                .serving(nodes, 9094);
        Service client = Service.client(nodes, home, "Records", nodes.homeAddress() + ":9094")) {
      move(server, client, 5);
    }
  }

  @ParameterizedTest
  @MethodSource("second")
  void ssh(Jdk jdk) throws Exception {
    Path home = home("ssh", jdk);
    try (Service server =
            server(home, jdk, "org.apache.sshd.cli.server.SshServerMain")
                .with("-p", "2222")
                .start(nodes)
                .serving(nodes, 2222);
        Service client = Service.client(nodes, home, "Session", nodes.homeAddress(), "2222")) {
      move(server, client, 10);
    }
  }

  private static Service.Program server(Path home, Jdk jdk, String main) {
    return new Service.Program(home, Service.java(jdk, "-cp", Service.classPath(), main));
  }

  private static Path home(String name, Jdk jdk) throws IOException {
    Path home = nodes.home().home().resolve(name + "-" + jdk.feature());
    return Files.createDirectory(home);
  }

  private static void move(Service server, Service client, int times) throws Exception {
    move(server, () -> client.goesOn(times));
    System.out.println(server.name() + ": " + client.finish());
  }

  /** Out and home again, with work at each place. */
  private static void move(Service server, Runnable work) {
    List<String> pauses = new ArrayList<>();
    work.run();
    for (int move = 0; move < 2 * ROUNDS; move++) {
      String node = move % 2 == 0 ? "b" : "home";
      JsonNode moved = nodes.home().ckpt("migrate", server.name(), node).done().json();
      pauses.add(moved.path("pauseMillis").asText());
      work.run();
    }
    System.out.println(server.name() + " stood still for " + pauses + " ms");
  }
}
