package io.stitchflow.remote;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteUri;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects in a bucket of S3, or of what speaks its protocol. Credentials come from AWS's own chain:
 * environment, {@code ~/.aws}, the machine's role.
 */
final class S3Store implements RemoteStore {
  /** Larger objects are put in parts of this size, or of a ten-thousandth: S3 takes no more. */
  private static final int PART_BYTES = 16 << 20;

  private static final int MOST_PARTS = 10_000;

  /** Of a list; a page has 1,000 names. */
  private static final int MOST_PAGES = 10_000;

  private static final int CONFLICT_ATTEMPTS = 5;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final S3Client client;
  private final String address;
  private final String bucket;
  private final String prefix;

  private S3Store(S3Client client, RemoteUri uri) {
    this.client = client;
    this.address = uri.address();
    this.bucket = uri.authority();
    this.prefix = uri.path().isEmpty() ? "" : uri.path() + "/";
  }

  /**
   * @throws StoreException if region or endpoint are missing or wrong
   */
  static S3Store at(RemoteUri uri) throws StoreException {
    return at(uri, HttpLimits.DEFAULT);
  }

  static S3Store at(RemoteUri uri, HttpLimits limits) throws StoreException {
    String endpoint = uri.parameters().getOrDefault("endpoint", "");
    String region = uri.parameters().getOrDefault("region", "");
    try {
      S3ClientBuilder builder =
          S3Client.builder()
              .httpClient(new SdkHttp(limits))
              .credentialsProvider(DefaultCredentialsProvider.builder().build())
              // Bodies are hashed whole for the signature instead, which every server knows
              .serviceConfiguration(
                  S3Configuration.builder()
                      .chunkedEncodingEnabled(false)
                      .pathStyleAccessEnabled(!endpoint.isEmpty())
                      .build())
              .overrideConfiguration(c -> c.retryStrategy(RetryMode.STANDARD))
              .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
              .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
      if (!endpoint.isEmpty()) {
        builder.endpointOverride(URI.create(endpoint)).region(Region.US_EAST_1);
      }
      if (!region.isEmpty()) {
        builder.region(Region.of(region));
      }
      return new S3Store(builder.build(), uri);
    } catch (SdkClientException | IllegalArgumentException | NullPointerException e) {
      throw new StoreException(
          uri.address()
              + ": "
              + e.getMessage()
              + "; name the region with ?region=NAME, or a server of your own with"
              + " ?endpoint=http://HOST:PORT",
          e);
    }
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  /** What is asked of the client. */
  private interface Call<T> {
    T ask() throws IOException;
  }

  /**
   * The answer to a call. The client throws any kind of exception where it cannot parse an answer.
   *
   * @throws SdkException what the server answers, or why it does not
   */
  private <T> T ask(Call<T> call) throws IOException {
    try {
      return call.ask();
    } catch (SdkException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IOException(address + ": not a valid S3 answer: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw new IOException(address + ": not a valid S3 answer: nested too deep", e);
    }
  }

  @Override
  public @Nullable RemoteObject find(String name) throws IOException {
    try {
      HeadObjectResponse head =
          ask(() -> client.headObject(b -> b.bucket(bucket).key(prefix + name)));
      return new RemoteObject(name, size(head.contentLength()));
    } catch (SdkException e) {
      checkAbsent(e);
      return null;
    }
  }

  /** Negative where the server does not state it. */
  private static long size(@Nullable Long stated) {
    return stated == null || stated < 0 ? -1 : stated;
  }

  @Override
  public @Nullable RemoteBytes get(String name, long from) throws IOException {
    GetObjectRequest.Builder request = GetObjectRequest.builder().bucket(bucket).key(prefix + name);
    if (from > 0) {
      request.range("bytes=" + from + "-");
    }
    try {
      ResponseInputStream<GetObjectResponse> stream = ask(() -> client.getObject(request.build()));
      long restBytes = size(stream.response().contentLength());
      return new RemoteBytes(
          new NamedStream(stream, address + "/" + name),
          restBytes < 0 || restBytes > Long.MAX_VALUE - from ? -1 : restBytes + from);
    } catch (SdkException e) {
      if (status(e) == RANGE_NOT_SATISFIABLE) {
        RemoteObject object = find(name);
        return object == null
            ? null
            : new RemoteBytes(new ByteArrayInputStream(new byte[0]), object.sizeBytes());
      }
      checkAbsent(e);
      return null;
    }
  }

  @Override
  public boolean putIfAbsent(String name, Content content) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        put(name, content, "*");
        return true;
      } catch (SdkException e) {
        if (status(e) == PRECONDITION_FAILED) {
          return false;
        }
        // Somebody puts or deletes it at this moment
        if (status(e) != CONFLICT || attempt == CONFLICT_ATTEMPTS) {
          throw explained(e);
        }
      }
    }
  }

  @Override
  public void replace(String name, Content content) throws IOException {
    try {
      put(name, content, null);
    } catch (SdkException e) {
      throw explained(e);
    }
  }

  private void put(String name, Content content, @Nullable String ifNoneMatch) throws IOException {
    ask(
        () -> {
          if (content.sizeBytes() > PART_BYTES) {
            putInParts(name, content, ifNoneMatch);
          } else {
            putWhole(name, content, ifNoneMatch);
          }
          return name;
        });
  }

  private void putWhole(String name, Content content, @Nullable String ifNoneMatch)
      throws IOException {
    PutObjectRequest.Builder request = PutObjectRequest.builder().bucket(bucket).key(prefix + name);
    if (ifNoneMatch != null) {
      request.ifNoneMatch(ifNoneMatch);
    }
    try (InputStream in = content.open()) {
      client.putObject(request.build(), RequestBody.fromBytes(in.readAllBytes()));
    }
  }

  private void putInParts(String name, Content content, @Nullable String ifNoneMatch)
      throws IOException {
    String key = prefix + name;
    String id = client.createMultipartUpload(b -> b.bucket(bucket).key(key)).uploadId();
    boolean complete = false;
    try {
      List<CompletedPart> parts = putParts(key, id, content);
      client.completeMultipartUpload(
          b -> {
            b.bucket(bucket).key(key).uploadId(id).multipartUpload(u -> u.parts(parts));
            if (ifNoneMatch != null) {
              b.ifNoneMatch(ifNoneMatch);
            }
          });
      complete = true;
    } finally {
      if (!complete) {
        abort(key, id);
      }
    }
  }

  private List<CompletedPart> putParts(String key, String id, Content content) throws IOException {
    int partBytes = Math.toIntExact(Math.max(PART_BYTES, content.sizeBytes() / MOST_PARTS + 1));
    List<CompletedPart> parts = new ArrayList<>();
    try (InputStream in = content.open()) {
      for (byte[] part = in.readNBytes(partBytes);
          part.length > 0;
          part = in.readNBytes(partBytes)) {
        int number = parts.size() + 1;
        String tag =
            client
                .uploadPart(
                    b -> b.bucket(bucket).key(key).uploadId(id).partNumber(number),
                    RequestBody.fromBytes(part))
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
      }
    }
    return parts;
  }

  private void abort(String key, String id) {
    try {
      client.abortMultipartUpload(b -> b.bucket(bucket).key(key).uploadId(id));
    } catch (SdkException e) {
      // What failed before says why; parts that stay are for the bucket's lifecycle rule
    }
  }

  @Override
  public List<RemoteObject> list(String from, String after) throws IOException {
    SortedMap<String, RemoteObject> found = new TreeMap<>();
    String start = after;
    try {
      for (int page = 0; page < MOST_PAGES; page++) {
        String last = start;
        ListObjectsV2Response answer = ask(() -> page(from, last));
        for (S3Object object : answer.contents()) {
          String name = name(object, from);
          if (name.compareTo(last) > 0) {
            found.put(name, new RemoteObject(name, size(object.size())));
          }
        }
        if (!Boolean.TRUE.equals(answer.isTruncated())) {
          return List.copyOf(found.values());
        }
        if (found.isEmpty() || found.lastKey().equals(start)) {
          throw new IOException(address + ": a truncated listing has no next page");
        }
        start = found.lastKey();
      }
      throw new IOException(address + ": a listing has more than " + MOST_PAGES + " pages");
    } catch (SdkException e) {
      throw explained(e);
    }
  }

  private ListObjectsV2Response page(String from, String after) {
    return client.listObjectsV2(
        b -> {
          b.bucket(bucket).prefix(prefix + from);
          if (!after.isEmpty()) {
            b.startAfter(prefix + after);
          }
        });
  }

  /** Empty where the object was not asked for. */
  private String name(S3Object object, String from) {
    String key = object.key();
    return key != null && key.startsWith(prefix + from) ? key.substring(prefix.length()) : "";
  }

  @Override
  public void delete(String name) throws IOException {
    try {
      ask(() -> client.deleteObject(b -> b.bucket(bucket).key(prefix + name)));
    } catch (SdkException e) {
      throw explained(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  /** Throws, unless the error says that there is no such object. */
  private void checkAbsent(SdkException e) throws IOException {
    if (status(e) != NOT_FOUND || e instanceof NoSuchBucketException) {
      throw explained(e);
    }
  }

  private static int status(SdkException e) {
    return e instanceof S3Exception answer ? answer.statusCode() : 0;
  }

  private IOException explained(SdkException e) {
    return S3Failure.explain(address, bucket, e);
  }
}
