package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.network.ServicePort;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A web application, started as its users start it: one jar, {@code java -jar}. */
final class WebApp implements AutoCloseable {
  /** What it is made with, and how that is told its port. */
  enum Framework {
    SPRING("spring-web", "-Dserver.port="),
    MICRONAUT("micronaut-web", "-Dmicronaut.server.port=");

    private final String module;
    private final String portOption;

    Framework(String module, String portOption) {
      this.module = module;
      this.portOption = portOption;
    }

    Path jar() {
      return Places.RUNTIME
          .resolve("../../../integration-tests")
          .resolve(module)
          .resolve("target/" + module + ".jar")
          .normalize();
    }
  }

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Node node;
  private final String name;
  private final int port;
  private final Path output;
  private final Process first;

  private WebApp(Node node, String name, int port, Path output, Process first) {
    this.node = node;
    this.name = name;
    this.port = port;
    this.output = output;
    this.first = first;
  }

  /** Does not wait until it serves. */
  static WebApp start(Framework framework, Node node, Jdk jdk, String... options)
      throws IOException {
    int port = ServicePort.find();
    String name = framework.module + "-" + port;
    Path output = node.home().resolve(name);
    List<String> command = new ArrayList<>(List.of("setsid", jdk.tool("java"), "-Xmx200m"));
    command.add("-javaagent:" + Places.AGENT + "=name=" + name);
    command.addAll(List.of(options));
    command.addAll(List.of(framework.portOption + port, "-jar", framework.jar().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(node.home().toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("SOJOURN_RUN_DIR", node.run().toString());
    return new WebApp(node, name, port, output, builder.start());
  }

  WebApp serving() {
    await(output.toString())
        .atMost(PATIENCE)
        .ignoreExceptions()
        .failFast(() -> assertThat(lives()).as(output()).isTrue())
        .until(() -> get("/notes") != null);
    return this;
  }

  String name() {
    return name;
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  String get(String path) throws Exception {
    return send(request(path).GET());
  }

  String post(String path) throws Exception {
    return send(request(path).POST(BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    // A client for each: it keeps no connection for which the server would have to wait.
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  Answer freeze(String... options) {
    return ckpt("freeze", options);
  }

  Answer restore() {
    return ckpt("restore");
  }

  Answer ckpt(String verb, String... options) {
    List<String> words = new ArrayList<>(List.of(verb, name));
    words.addAll(List.of(options));
    return node.ckpt(words.toArray(String[]::new));
  }

  /** As `ckpt ps` has it. */
  String state() {
    return ps("state");
  }

  private String ps(String key) {
    return node.ckpt("ps", name).json().at("/tasks/0/" + key).asText();
  }

  @Override
  public void close() {
    if (state().equals("frozen")) node.ckpt("rm", ps("lastImage"), "--force").done();
    ProcessHandle.allProcesses()
        .filter(process -> isOurs(process.pid()))
        .forEach(ProcessHandle::destroyForcibly);
    await(name)
        .atMost(PATIENCE)
        .until(() -> ProcessHandle.allProcesses().noneMatch(p -> isOurs(p.pid())));
  }

  /** In whichever life. */
  private boolean lives() {
    return first.isAlive() || ProcessHandle.allProcesses().anyMatch(each -> isOurs(each.pid()));
  }

  private boolean isOurs(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"))
          .contains("=name=" + name + "\0");
    } catch (IOException ended) {
      return false;
    }
  }
}
