package io.sojourn.repository.blob;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Blobs as objects of a bucket. Credentials come from where the AWS SDK looks: AWS_ACCESS_KEY_ID
 * and AWS_SECRET_ACCESS_KEY, ~/.aws, the instance's role. It repeats what failed by chance.
 */
public final class S3Store implements BlobStore {
  private static final int ALREADY_THERE = 412, AT_THE_SAME_TIME = 409;

  private final S3Client s3;
  private final String bucket;
  private final String prefix;
  private volatile boolean keepsConditions;

  private S3Store(S3Client s3, String bucket, String prefix) {
    this.s3 = s3;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /**
   * @param attempt how long one request may take
   * @param call how long it may take with its repetitions
   */
  public record Patience(Duration attempt, Duration call) {
    public static final Patience USUAL =
        new Patience(Duration.ofSeconds(60), Duration.ofMinutes(3));
  }

  /**
   * @param prefix of all names; "" for none
   * @param endpoint of a server that is not Amazon's
   * @param region null: AWS_REGION, ~/.aws, or else us-east-1
   */
  public static S3Store open(
      String bucket,
      String prefix,
      @Nullable URI endpoint,
      @Nullable String region,
      Patience patience) {
    S3ClientBuilder s3 =
        S3Client.builder()
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .connectionTimeout(patience.attempt())
                    .socketTimeout(patience.attempt()))
            // What we store has digests of its own, and not all servers know these.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                wanted ->
                    wanted
                        .apiCallAttemptTimeout(patience.attempt())
                        .apiCallTimeout(patience.call()));
    if (endpoint != null) s3.endpointOverride(endpoint).forcePathStyle(true);
    if (region != null) s3.region(Region.of(region));
    else if (System.getenv("AWS_REGION") == null) s3.region(Region.US_EAST_1);
    return new S3Store(s3.build(), bucket, prefix.isEmpty() ? "" : prefix + "/");
  }

  @Override
  public void put(String name, ByteBuffer content) throws IOException {
    put(name, content, object -> {});
  }

  @Override
  public boolean putNew(String name, ByteBuffer content) throws IOException {
    if (!keepsConditions) proveConditions();
    putWhereNothingIs(name, content);
    // A first try may have succeeded whose answer was lost, and been repeated.
    return isThere(name, content);
  }

  /** False where the server said that there is something. */
  private boolean putWhereNothingIs(String name, ByteBuffer content) throws IOException {
    try {
      put(name, content, object -> object.ifNoneMatch("*"));
      return true;
    } catch (IOException failed) {
      if (failed.getCause() instanceof S3Exception answer
          && (answer.statusCode() == ALREADY_THERE || answer.statusCode() == AT_THE_SAME_TIME))
        return false;
      throw failed;
    }
  }

  /** S3 has them since 2024; a server that passes them over would give one thing to two. */
  private void proveConditions() throws IOException {
    String name = "conditions/" + UUID.randomUUID();
    put(name, ByteBuffer.wrap(new byte[] {1}));
    try {
      if (putWhereNothingIs(name, ByteBuffer.wrap(new byte[] {2})))
        throw new IOException(
            place()
                + " is on a server that does not keep to If-None-Match, so that no life could"
                + " be one node's alone");
      keepsConditions = true;
    } finally {
      delete(name);
    }
  }

  private boolean isThere(String name, ByteBuffer content) throws IOException {
    return content.duplicate().equals(ByteBuffer.wrap(get(name)));
  }

  private void put(String name, ByteBuffer content, Consumer<PutObjectRequest.Builder> condition)
      throws IOException {
    ByteBuffer part = content.duplicate();
    ByteArrayInputStream bytes =
        new ByteArrayInputStream(
            part.array(), part.arrayOffset() + part.position(), part.remaining());
    run(
        "put",
        name,
        () ->
            s3.putObject(
                object -> {
                  object.bucket(bucket).key(prefix + name);
                  condition.accept(object);
                },
                RequestBody.fromInputStream(bytes, part.remaining())));
  }

  @Override
  public byte[] get(String name) throws IOException {
    return run(
        "get",
        name,
        () ->
            s3.getObjectAsBytes(object -> object.bucket(bucket).key(prefix + name)).asByteArray());
  }

  @Override
  public byte[] get(String name, long offset, int length) throws IOException {
    String range = "bytes=" + offset + "-" + (offset + length - 1);
    byte[] part =
        run(
            "get",
            name,
            () ->
                s3.getObjectAsBytes(object -> object.bucket(bucket).key(prefix + name).range(range))
                    .asByteArray());
    if (part.length < length)
      throw new EOFException(name + " is shorter than " + (offset + length) + " bytes");
    return part;
  }

  @Override
  public List<Blob> list(String folder) throws IOException {
    return run(
        "list",
        folder,
        () -> {
          List<Blob> blobs = new ArrayList<>();
          for (S3Object object :
              s3.listObjectsV2Paginator(all -> all.bucket(bucket).prefix(prefix + folder + "/"))
                  .contents())
            blobs.add(new Blob(object.key().substring(prefix.length()), object.size()));
          return blobs;
        });
  }

  @Override
  public void delete(String name) throws IOException {
    run("delete", name, () -> s3.deleteObject(object -> object.bucket(bucket).key(prefix + name)));
  }

  private interface Call<T> {
    T run();
  }

  private <T> T run(String verb, String name, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (NoSuchKeyException none) {
      throw new NoSuchFileException(place() + "/" + name);
    } catch (SdkException failed) {
      throw new IOException(verb + " " + name + ": " + failed.getMessage(), failed);
    }
  }

  /** An object that was not put as a whole is none. */
  @Override
  public void tidy() {}

  @Override
  public String place() {
    return "s3://"
        + bucket
        + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
  }

  @Override
  public void close() {
    s3.close();
  }
}
