package io.sojourn.subjects.servers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has a server count, by connections that are kept. Each answer is a number of its own, so that
 * none was counted twice. Arguments: the URL to post to.
 */
final class Requests implements Work {
  private static final AtomicLong SENT = new AtomicLong();
  private static final AtomicLong HIGHEST = new AtomicLong();

  private final HttpRequest request;
  private final boolean anew;
  private HttpClient client = client();
  private long last;

  private Requests(String url, boolean anew) {
    this.request = HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.noBody()).build();
    this.anew = anew;
  }

  public static void main(String[] arguments) throws Exception {
    Shift shift = new Shift();
    for (int kept = 0; kept < 8; kept++) shift.with(new Requests(arguments[0], false));
    shift.with(new Requests(arguments[0], true)).run();
  }

  private static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @Override
  public void once() throws IOException, InterruptedException {
    // A client that is thrown away takes its connection along.
    if (anew) client = client();
    SENT.incrementAndGet();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200)
      throw new IOException("status " + answer.statusCode() + ": " + answer.body());
    long count = Long.parseLong(answer.body());
    if (count <= last) throw new IOException("count " + count + " after " + last);
    last = count;
    HIGHEST.accumulateAndGet(count, Math::max);
    Thread.sleep(anew ? 20 : 2);
  }

  @Override
  public void check() throws IOException {
    if (HIGHEST.get() != SENT.get())
      throw new IOException("the server has counted " + HIGHEST + " of " + SENT + " requests");
  }
}
