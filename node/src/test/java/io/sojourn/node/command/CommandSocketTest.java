package io.sojourn.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.node.cli.Shell;
import io.sojourn.node.daemon.FakeNode;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Callers that are no client of ours, and daemons that are none. */
@Timeout(60)
class CommandSocketTest {
  @TempDir Path directory;

  private static byte[] frames(String... typesAndTexts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (String frame : typesAndTexts) {
      out.writeInt(frame.length() - 1);
      out.write(frame.getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }

  private static SocketChannel connect(FakeNode node) throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(node.config.commandSocket()));
  }

  /** All that comes after these bytes, to the end. */
  private static String answer(FakeNode node, byte[] bytes) throws IOException {
    try (SocketChannel caller = connect(node)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      ByteBuffer answer = ByteBuffer.allocate(1 << 20);
      try {
        while (rest.hasRemaining()) caller.write(rest);
        while (caller.read(answer) >= 0) {
          assertThat(answer.hasRemaining()).isTrue();
        }
      } catch (IOException hungUp) {
        // As well as an end.
      }
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }
  }

  private FakeNode node() throws IOException {
    Client.stamp(directory, Client.BUILD);
    return new FakeNode(directory);
  }

  @Test
  void anybodyMayConnect() throws IOException {
    try (FakeNode node = node()) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(node.config.commandSocket())))
          .isEqualTo("rw-rw-rw-");
      assertThat(answer(node, frames("aps", "c", "d/", "g")))
          .contains("h1\n" + Client.BUILD + "\nps\n", "1ID  NAME", "x\0");
    }
  }

  @Test
  void hangsUpOnWhatNoClientOfOursSends() throws Exception {
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    try (FakeNode node = node()) {
      List<byte[]> bad = new ArrayList<>();
      bad.add(noise);
      bad.add("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      bad.add(frames("g"));
      bad.add(frames("z"));
      bad.add(frames("aps", "drelative", "g"));
      bad.add(frames("aps", "d/\0", "g"));
      bad.add(frames("aps", "vnothing", "g"));
      bad.add(frames("aps", "wmany", "g"));
      bad.add(frames("aps", "a@/etc/passwd", "g"));
      bad.add(frames("a" + "x".repeat(70_000), "g"));
      bad.add(frames("a" + "x".repeat(60_000), "a" + "x".repeat(60_000), "a" + "x".repeat(60_000)));
      String[] many = new String[2000];
      java.util.Arrays.fill(many, "aps");
      bad.add(frames(many));
      // What the daemon must not do for others, as root.
      for (String word : List.of("demo", "node", "attach", "doctor", "train", "completion", ""))
        bad.add(frames("a" + word, "d/", "g"));
      for (byte[] bytes : bad)
        assertThat(answer(node, bytes)).doesNotContain("1ID", "x\0", "Usage");
      assertThat(answer(node, frames("aps", "g"))).contains("x\0");
    }
  }

  @Test
  void slowReadersHoldUpNobody() throws Exception {
    try (FakeNode node = node()) {
      for (int i = 0; i < 300; i++) {
        Path image = node.config.images().resolve("web-" + "x".repeat(180) + i);
        FakeNode.image(image, "aaaa1111bbbb", "web", false, 1, 0);
      }
      List<SocketChannel> slow = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        SocketChannel reader = connect(node);
        reader.write(ByteBuffer.wrap(frames("aimages", "a--json", "g")));
        slow.add(reader);
      }
      assertThat(answer(node, frames("aps", "g"))).contains("x\0");
      // And none of it is lost for one that reads late.
      ByteBuffer late = ByteBuffer.allocate(1 << 20);
      while (slow.get(0).read(late) >= 0) assertThat(late.hasRemaining()).isTrue();
      assertThat(late.position()).isGreaterThan(100_000);
      for (SocketChannel reader : slow) reader.close();
    }
  }

  @Test
  void whoFindsNoPlaceStartsAJvm() throws Exception {
    try (FakeNode node = node()) {
      Client client = new Client(directory, node.config.runDirectory());
      List<SocketChannel> idle = new ArrayList<>();
      for (int i = 0; i < 24; i++) idle.add(connect(node));
      Awaitility.await().until(() -> client.run("ps").status() == Client.IN_A_JVM);
      for (SocketChannel caller : idle) caller.close();
      Awaitility.await().until(() -> client.run("ps").status() == 0);
      // Who says nothing loses his place after a while.
      for (int i = 0; i < 24; i++) idle.add(connect(node));
      Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> client.run("ps").status() == 0);
      for (SocketChannel caller : idle) caller.close();
    }
  }

  @Test
  void aDaemonThatEndsInTheMiddleIsNamed() throws Exception {
    Shell.Result text =
        withDaemonThatSays(frames("h1\n" + Client.BUILD + "\nps\n", "1begun\n"), "ps");
    assertThat(text.status()).isEqualTo(1);
    assertThat(text.out()).isEqualTo("begun\n");
    assertThat(text.err())
        .isEqualTo(
            "ckpt: the node daemon ended before it answered\n"
                + "  mend: see its log, and start it again: ckpt node start\n");
    Shell.Result json =
        withDaemonThatSays(frames("h1\n" + Client.BUILD + "\nps\n"), "ps", "--json");
    assertThat(json.status()).isEqualTo(1);
    assertThat(json.err()).isEmpty();
    assertThat(json.json().path("error").path("kind").asText()).isEqualTo("failed");
  }

  @Test
  void anotherProtocolIsLeftToTheJvm() throws Exception {
    for (String hello : List.of("h2\n" + Client.BUILD + "\nps\n", "h", "h1", "x0", "h1\nother\nps"))
      assertThat(withDaemonThatSays(frames(hello), "ps").status()).isEqualTo(Client.IN_A_JVM);
    // One that stands still.
    assertThat(withDaemonThatSays(new byte[0], "ps").status()).isEqualTo(Client.IN_A_JVM);
  }

  @Test
  void theDaemonHearsHowWideTheTerminalIs() throws Exception {
    Path run = Files.createDirectory(directory.resolve("run"));
    Client client = new Client(directory, run);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(run.resolve("ckpt.sock")));
      Process onTerminal =
          client.start(
              List.of(
                  "script",
                  "-qec",
                  "stty cols 50; (sleep 1; stty cols 61 < /dev/tty) & " + client.line("ps"),
                  "/dev/null"));
      StringBuilder said = new StringBuilder();
      try (SocketChannel caller = server.accept()) {
        caller.write(ByteBuffer.wrap(frames("h1\n" + Client.BUILD + "\nps\n")));
        while (!said.toString().endsWith("w61")) {
          ByteBuffer some = ByteBuffer.allocate(4096);
          assertThat(caller.read(some)).isPositive();
          said.append(new String(some.array(), 0, some.position(), StandardCharsets.US_ASCII));
        }
        caller.write(ByteBuffer.wrap(frames("x\7")));
      }
      assertThat(said.toString()).contains("aps", "d" + directory, "cUTF-8", "w50", "g");
      assertThat(Client.end(onTerminal).status()).isEqualTo(7);
    }
  }

  private Shell.Result withDaemonThatSays(byte[] bytes, String... words) throws Exception {
    Path run = Files.createTempDirectory(directory, "run");
    Path home = Files.createTempDirectory(directory, "home");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(run.resolve("ckpt.sock")));
      CompletableFuture<Void> served =
          CompletableFuture.runAsync(
              () -> {
                try (SocketChannel caller = server.accept()) {
                  caller.write(ByteBuffer.wrap(bytes));
                  // Until its request is there.
                  caller.read(ByteBuffer.allocate(64 * 1024));
                } catch (SocketException hungUp) {
                  // It does not want our answer.
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      Shell.Result result = new Client(home, run).run(words);
      served.get(10, TimeUnit.SECONDS);
      return result;
    }
  }
}
