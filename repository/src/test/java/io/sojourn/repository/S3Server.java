package io.sojourn.repository;

import io.sojourn.repository.blob.S3Store;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** A server that speaks S3, with one bucket; it checks signatures. Other modules' tests use it. */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "images", KEY = "key", SECRET = "secret";

  private final S3Proxy server;

  private S3Server(S3Proxy server) {
    this.server = server;
  }

  public static S3Server start(Path directory) throws Exception {
    Files.createDirectories(directory.resolve(BUCKET));
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(directory.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
            .ignoreUnknownHeaders(true)
            .build();
    server.start();
    System.setProperty("aws.accessKeyId", KEY);
    System.setProperty("aws.secretAccessKey", SECRET);
    return new S3Server(server);
  }

  public int port() {
    return server.getPort();
  }

  static S3Store open(int port, Duration attempt, Duration call) {
    return S3Store.open(
        BUCKET,
        "a/prefix",
        URI.create("http://127.0.0.1:" + port),
        null,
        new S3Store.Patience(attempt, call));
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
