package io.sojourn.victim;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** An HTTP server, and a client of the server at {@code args[0]} that never stops asking. */
public final class Http {
  private static final AtomicLong answered = new AtomicLong();
  private static volatile String failure = "";

  public static void main(String[] args) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.createContext(
        "/",
        exchange -> {
          byte[] path = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, path.length);
          exchange.getResponseBody().write(path);
          exchange.close();
        });
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    Thread asking = new Thread(() -> ask(client, URI.create(args[0])), "asking");
    asking.setDaemon(true);
    asking.start();
    Control.serve(
        question ->
            switch (question) {
              case "port" -> String.valueOf(server.getAddress().getPort());
              case "answered" -> String.valueOf(answered.get());
              default -> failure;
            });
  }

  private static void ask(HttpClient client, URI server) {
    try {
      while (true) {
        String path = "/" + answered.get();
        String body =
            client
                .send(HttpRequest.newBuilder(server.resolve(path)).build(), BodyHandlers.ofString())
                .body();
        if (!body.equals(path)) throw new IllegalStateException(path + ": " + body);
        answered.incrementAndGet();
      }
    } catch (Exception e) {
      failure = e.toString();
    }
  }
}
