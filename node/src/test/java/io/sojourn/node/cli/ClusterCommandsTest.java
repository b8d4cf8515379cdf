package io.sojourn.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.network.ServicePort;
import io.sojourn.node.daemon.FakeNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterCommandsTest {
  @TempDir Path directory;
  private FakeNode node;
  private Shell shell;
  private String listen;

  @BeforeEach
  void start() throws IOException {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "nodes are root's");
    node = new FakeNode(directory);
    shell = new Shell(node.config.runDirectory());
    listen = "127.0.0.1:" + ServicePort.find();
  }

  @AfterEach
  void end() {
    if (node != null) node.close();
  }

  @Test
  void anInitShowsATokenAndANode() {
    JsonNode init = shell.run("node", "init", "--listen", listen, "--json").json();
    assertThat(init.path("address").asText()).isEqualTo(listen);
    assertThat(init.path("node").asText()).isEqualTo("testnode");
    assertThat(init.path("fingerprint").asText()).hasSize(64);
    assertThat(init.path("expires").asText()).contains("T");
    JsonNode nodes = shell.run("nodes", "--json").json();
    assertThat(nodes.path("fingerprint")).isEqualTo(init.path("fingerprint"));
    JsonNode self = nodes.at("/nodes/0");
    assertThat(self.path("name").asText()).isEqualTo("testnode");
    assertThat(self.path("state").asText()).isEqualTo("up");
    assertThat(self.path("self").asBoolean()).isTrue();
    assertThat(self.path("authority").asBoolean()).isTrue();
    assertThat(self.path("memoryBytes").asLong()).isPositive();
    assertThat(shell.run("nodes").out()).contains("NAME", "testnode", listen, "this node");
    assertThat(shell.run("node", "token", "--lifetime", "1h").out())
        .contains("ckpt node join " + listen + " --token sojourn-");
    assertThat(shell.run("node", "leave").out()).contains("no cluster now");
    assertThat(shell.run("nodes").status()).isEqualTo(4);
  }

  @Test
  void aMemberListensAgainWhenItIsStartedAgain() throws IOException {
    shell.run("node", "init", "--listen", listen);
    node.restart();
    assertThat(shell.run("nodes").out()).contains(listen);
    assertThat(shell.run("node", "init").err()).contains("already", "ckpt node leave");
    assertThat(shell.run("ship", "x", "y").status()).isEqualTo(3);
    assertThat(shell.run("node", "remove", "y").err()).contains("no node 'y'");
    assertThat(shell.run("node", "remove", "testnode").status()).isEqualTo(2);
  }

  @Test
  void whatMakesNoSenseIsSaid() throws IOException {
    assertThat(shell.run("node", "join").status()).isEqualTo(2);
    assertThat(shell.run("node", "join", "--token", "nonsense").err()).contains("no join token");
    Path file = Files.writeString(directory.resolve("token"), "nonsense too\n");
    assertThat(shell.run("node", "join", "--token", "nonsense", "a:b").status()).isEqualTo(2);
    assertThat(shell.run("node", "init", "--listen", "x:y").err()).contains("'x:y' is no address");
    assertThat(shell.run("node", "join", "--token=@" + file).err()).contains("no join token");
    assertThat(shell.run("node", "join", "--token=@/not/there").status()).isEqualTo(2);
    assertThat(shell.run("ship", "x", "y").status()).isEqualTo(3);
  }
}
