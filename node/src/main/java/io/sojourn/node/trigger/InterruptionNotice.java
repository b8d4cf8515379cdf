package io.sojourn.node.trigger;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again whether this machine is about to be taken away: a file is there, or a URL
 * answers with status 200 and something else than "no". Told once for each notice.
 *
 * <p>The metadata services of Amazon EC2 (404 until there is a notice; a session token first, where
 * it is asked for) and of Google Cloud ("FALSE" until then; a header that must be there) are
 * understood.
 */
final class InterruptionNotice implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InterruptionNotice.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Set<String> NO = Set.of("", "false", "none", "no", "0");

  private final Triggers triggers;
  private final Runnable told;
  private final @Nullable URI url;
  private final @Nullable HttpClient http;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "interruption");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean before;
  private boolean unreachable;

  InterruptionNotice(Triggers triggers, Runnable told) {
    this.triggers = triggers;
    this.told = told;
    this.url = Triggers.isUrl(triggers.interruption()) ? triggers.url() : null;
    this.http = url == null ? null : HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    var unused =
        clock.scheduleWithFixedDelay(this::look, 0, triggers.pollMillis(), TimeUnit.MILLISECONDS);
  }

  /** What it saw when it last looked. */
  boolean noticed() {
    return before;
  }

  private void look() {
    boolean now = there();
    boolean first = now && !before;
    before = now;
    if (!first) return;
    log.warn("this machine is about to be taken away, says {}", triggers.interruption());
    try {
      told.run();
    } catch (RuntimeException defect) {
      log.error("the notice was not followed", defect);
    }
  }

  private boolean there() {
    URI asked = url;
    HttpClient client = http;
    if (asked == null || client == null) return Files.exists(Path.of(triggers.interruption()));
    try {
      HttpResponse<String> answer = get(client, asked, "");
      if (answer.statusCode() == 401) answer = get(client, asked, token(client, asked));
      unreachable = false;
      return answer.statusCode() == 200
          && !NO.contains(answer.body().strip().toLowerCase(Locale.ROOT));
    } catch (IOException away) {
      if (!unreachable) log.warn("{} cannot be asked: {}", asked, away.toString());
      unreachable = true;
      return before;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return before;
    }
  }

  private static HttpResponse<String> get(HttpClient http, URI asked, String token)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(asked).timeout(PATIENCE).header("Metadata-Flavor", "Google");
    if (!token.isEmpty()) request.header("X-aws-ec2-metadata-token", token);
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String token(HttpClient http, URI asked) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(asked.resolve("/latest/api/token"))
            .timeout(PATIENCE)
            .header("X-aws-ec2-metadata-token-ttl-seconds", "60")
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body().strip();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
