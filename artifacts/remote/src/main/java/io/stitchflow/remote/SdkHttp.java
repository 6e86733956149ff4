package io.stitchflow.remote;

import io.stitchflow.content.BoundedReader;
import io.stitchflow.store.remote.RemoteStore.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/** {@link Http} for the S3 client, which reads every answer but an object into memory. */
final class SdkHttp implements SdkHttpClient {
  /** Of a list page of 1,000 names with 1,024 characters each, all of them escaped. */
  private static final int MOST_ANSWER_BYTES = 8 << 20;

  private static final int MOST_ERROR_BYTES = 64 << 10;

  /** Those that the JDK's client sets itself. */
  private static final Set<String> SET_BY_CLIENT =
      Set.of("connection", "content-length", "expect", "host", "upgrade");

  private static final Set<String> NEEDED =
      Set.of(
          "content-length",
          "content-range",
          "content-type",
          "date",
          "etag",
          "retry-after",
          "x-amz-bucket-region",
          "x-amz-id-2",
          "x-amz-request-id");

  private final Http http;

  SdkHttp(HttpLimits limits) {
    this.http = new Http(limits);
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return send(request);
      }

      @Override
      public void abort() {} // an interrupt does
    };
  }

  private HttpExecuteResponse send(HttpExecuteRequest request) throws IOException {
    SdkHttpRequest sdk = request.httpRequest();
    HttpRequest.Builder builder = HttpRequest.newBuilder(sdk.getUri());
    sdk.forEachHeader(
        (name, values) -> {
          if (!SET_BY_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> builder.header(name, value));
          }
        });
    String method = sdk.method().name();
    ContentStreamProvider body = request.contentStreamProvider().orElse(null);
    HttpResponse<BodyStream> answer =
        body == null ? http.send(builder, method) : http.send(builder, method, content(sdk, body));
    checkRedirect(sdk.getUri(), answer);
    return HttpExecuteResponse.builder()
        .response(
            SdkHttpFullResponse.builder()
                .statusCode(answer.statusCode())
                .headers(headers(answer))
                .build())
        .responseBody(body(sdk, answer))
        .build();
  }

  private static Content content(SdkHttpRequest sdk, ContentStreamProvider body) {
    long sizeBytes =
        Long.parseLong(
            sdk.firstMatchingHeader("Content-Length")
                .orElseThrow(() -> new IllegalStateException("a body of unknown length")));
    return new Content() {
      @Override
      public long sizeBytes() {
        return sizeBytes;
      }

      @Override
      public InputStream open() {
        return body.newStream();
      }
    };
  }

  private static void checkRedirect(URI asked, HttpResponse<BodyStream> answer) {
    String location = answer.headers().firstValue("Location").orElse("");
    if (answer.statusCode() / 100 == 3 && !location.isEmpty()) {
      answer.body().discard();
      throw NonRetryableException.create(
          Origin.of(asked)
              + " redirects to "
              + Origin.shown(location)
              + ", but redirects are not followed; name the region with ?region=NAME, or that"
              + " server with ?endpoint=URL");
    }
  }

  /** Those that the S3 client needs: it prints a stack trace for a date that it cannot parse. */
  private static Map<String, List<String>> headers(HttpResponse<BodyStream> answer) {
    Map<String, List<String>> needed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (NEEDED.contains(name.toLowerCase(Locale.ROOT))) {
                needed.put(name, values);
              }
            });
    return needed;
  }

  private static AbortableInputStream body(SdkHttpRequest sdk, HttpResponse<BodyStream> answer)
      throws IOException {
    boolean error = answer.statusCode() / 100 != 2;
    if (!error && sdk.method() == SdkHttpMethod.GET && !isList(sdk)) {
      return AbortableInputStream.create(answer.body(), answer.body()::close);
    }
    try (BodyStream stream = answer.body()) {
      byte[] bytes =
          error
              ? stream.readNBytes(MOST_ERROR_BYTES)
              : BoundedReader.stream(stream, "the answer", MOST_ANSWER_BYTES);
      return AbortableInputStream.create(new ByteArrayInputStream(bytes));
    }
  }

  private static boolean isList(SdkHttpRequest sdk) {
    return sdk.rawQueryParameters().containsKey("list-type");
  }

  @Override
  public String clientName() {
    return "JdkHttp";
  }

  @Override
  public void close() {}
}
