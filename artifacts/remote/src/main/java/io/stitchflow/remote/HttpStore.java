package io.stitchflow.remote;

import io.stitchflow.store.remote.RemoteStore;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP cache protocol of build systems: {@code GET}, {@code HEAD} and {@code PUT} of {@code
 * /cas/<sha256>} and {@code /ac/<key>}. An action is a blob there, since it hashes to its key.
 * Redirects are followed within the store's origin only.
 *
 * <p>The protocol has no conditional put: of two that publish another record under one key at once,
 * the last one stands.
 */
final class HttpStore implements RemoteStore {
  private static final Pattern NAME = Pattern.compile("(cas|ac|action)/[0-9a-f]{2}/([0-9a-f]{64})");
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 307, 308);
  private static final int MOST_REDIRECTS = 5;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int NOT_FOUND = 404;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final String address;
  private final Http http;

  HttpStore(String address) {
    this(address, HttpLimits.DEFAULT);
  }

  HttpStore(String address, HttpLimits limits) {
    this.address = address;
    this.http = new Http(limits);
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of();
  }

  @Override
  public @Nullable RemoteObject find(String name) throws IOException {
    URI uri = uri(name);
    if (uri == null) {
      return null;
    }
    HttpResponse<BodyStream> answer = send("HEAD", uri, 0, null);
    answer.body().discard();
    if (answer.statusCode() == NOT_FOUND) {
      return null;
    }
    check(answer, OK);
    return new RemoteObject(name, length(answer));
  }

  @Override
  public @Nullable RemoteBytes get(String name, long from) throws IOException {
    URI uri = uri(name);
    if (uri == null) {
      return null;
    }
    HttpResponse<BodyStream> answer = send("GET", uri, from, null);
    if (answer.statusCode() == NOT_FOUND) {
      answer.body().discard();
      return null;
    }
    if (answer.statusCode() == RANGE_NOT_SATISFIABLE) {
      answer.body().discard();
      RemoteObject object = find(name);
      return object == null
          ? null
          : new RemoteBytes(new ByteArrayInputStream(new byte[0]), object.sizeBytes());
    }
    if (answer.statusCode() == PARTIAL) {
      return part(answer, from);
    }
    check(answer, OK);
    InputStream stream = new NamedStream(answer.body(), answer.uri().toString());
    try {
      // A server that knows no ranges starts at the first byte
      stream.skipNBytes(from);
    } catch (EOFException e) {
      // it is at its end, which is what the caller gets
    } catch (IOException e) {
      stream.close();
      throw e;
    }
    return new RemoteBytes(stream, length(answer));
  }

  private static RemoteBytes part(HttpResponse<BodyStream> answer, long from) throws IOException {
    String range = answer.headers().firstValue("Content-Range").orElse("none");
    Matcher matcher = CONTENT_RANGE.matcher(range);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) != from) {
      answer.body().close();
      throw new IOException(
          answer.uri()
              + ": expected a range that starts at byte "
              + from
              + ", but the server sent '"
              + range
              + "'");
    }
    return new RemoteBytes(
        new NamedStream(answer.body(), answer.uri().toString()), Long.parseLong(matcher.group(2)));
  }

  /** Negative where the server does not state it. */
  private static long length(HttpResponse<BodyStream> answer) {
    String length = answer.headers().firstValue("Content-Length").orElse("");
    return LENGTH.matcher(length).matches() ? Long.parseLong(length) : -1;
  }

  @Override
  public boolean putIfAbsent(String name, Content content) throws IOException {
    if (find(name) != null) {
      return false;
    }
    replace(name, content);
    return true;
  }

  @Override
  public void replace(String name, Content content) throws IOException {
    URI uri = uri(name);
    if (uri == null) {
      throw new UnsupportedOperationException(
          address + ": the HTTP cache protocol has no place for " + name);
    }
    HttpResponse<BodyStream> answer = send("PUT", uri, 0, content);
    answer.body().discard();
    if (answer.statusCode() / 100 != 2) {
      throw refused(answer);
    }
  }

  @Override
  public List<RemoteObject> list(String prefix, String after) {
    throw new UnsupportedOperationException(address + ": the HTTP cache protocol has no listing");
  }

  @Override
  public void delete(String name) {
    throw new UnsupportedOperationException(address + ": the HTTP cache protocol has no delete");
  }

  @Override
  public void close() {}

  /** Null for names that the protocol has no place for. */
  private @Nullable URI uri(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    String kind = matcher.group(1).equals("ac") ? "/ac/" : "/cas/";
    return URI.create(address + kind + matcher.group(2));
  }

  private HttpResponse<BodyStream> send(
      String method, URI uri, long from, @Nullable Content content) throws IOException {
    URI at = uri;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<BodyStream> answer = sendOnce(method, at, from, content);
      if (!REDIRECTS.contains(answer.statusCode())) {
        return answer;
      }
      answer.body().discard();
      at = redirected(at, answer.headers().firstValue("Location").orElse(""));
    }
    throw new IOException(uri + ": more than " + MOST_REDIRECTS + " redirects");
  }

  private HttpResponse<BodyStream> sendOnce(
      String method, URI uri, long from, @Nullable Content content) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    try {
      return content == null
          ? http.send(request, method)
          : http.send(request.header("Content-Type", "application/octet-stream"), method, content);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(uri + ": " + e.getMessage(), e);
    }
  }

  private static URI redirected(URI uri, String location) throws IOException {
    Origin origin = Origin.of(uri);
    URI target;
    try {
      target = uri.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new IOException(uri + ": redirects to an invalid address", e);
    }
    if (!Origin.of(target).equals(origin) || target.getRawUserInfo() != null) {
      throw new IOException(
          uri
              + ": redirects to "
              + Origin.shown(location)
              + ", but only redirects within "
              + origin
              + " are followed; to use that server, pass it with --store");
    }
    return target;
  }

  private static void check(HttpResponse<BodyStream> answer, int wanted) throws IOException {
    if (answer.statusCode() != wanted) {
      answer.body().discard();
      throw refused(answer);
    }
  }

  private static IOException refused(HttpResponse<BodyStream> answer) {
    return new IOException(
        answer.uri() + ": answered " + answer.request().method() + " with " + answer.statusCode());
  }
}
