package io.stitchflow.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stitchflow.content.BoundedReader;
import io.stitchflow.transforms.ClusterException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.regex.Pattern;

/** What a JobManager says over its REST interface. */
final class FlinkRest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern MASTER = Pattern.compile("[A-Za-z0-9._-]+:[0-9]{1,5}");
  private static final int OK = 200;
  private static final int ACCEPTED = 202;
  private static final int NOT_FOUND = 404;
  private static final int UNAVAILABLE = 503;
  private static final int ATTEMPTS = 50;
  private static final long PERIOD_MILLIS = 200;
  private static final int MAX_PORT = 65_535;

  /** More than any answer of a JobManager. */
  private static final int MAX_BYTES = 16 << 20;

  /** One for all jobs of a process: each client would keep connections of its own open. */
  private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  private final String master;
  private final ObjectMapper json = new ObjectMapper();

  /**
   * @param master {@code host:port}
   * @throws ClusterException if it is not
   */
  FlinkRest(String master) throws ClusterException {
    if (!MASTER.matcher(master).matches() || !isReachable(URI.create("http://" + master))) {
      throw new ClusterException(
          "--flink-master: expected host:port of a JobManager's REST interface, or [local], but was: '"
              + master
              + "'");
    }
    this.master = master;
  }

  /** A URI has no host where its name holds an underscore, for example. */
  private static boolean isReachable(URI uri) {
    return uri.getHost() != null && uri.getPort() > 0 && uri.getPort() <= MAX_PORT;
  }

  private record Answer(URI uri, int status, String body) {}

  /** Slots of all TaskManagers, free or not. */
  int slots() throws IOException {
    return get("/overview").path("slots-total").asInt();
  }

  /** {@code RUNNING}, {@code FINISHED}, ...; empty where the cluster does not know the job. */
  String state(String job) throws IOException {
    Answer answer = send(request("/jobs/" + job + "/status").GET());
    return answer.status() == NOT_FOUND ? "" : parse(answer).path("status").asText();
  }

  /** The stack trace of what failed last; empty where nothing did. */
  String failure(String job) throws IOException {
    JsonNode history =
        get("/jobs/" + job + "/exceptions?maxExceptions=1")
            .path("exceptionHistory")
            .path("entries");
    return history.path(0).path("stacktrace").asText("");
  }

  void cancel(String job) throws IOException {
    Answer answer =
        send(request("/jobs/" + job + "?mode=cancel").method("PATCH", BodyPublishers.noBody()));
    if (answer.status() != ACCEPTED && answer.status() != NOT_FOUND) {
      throw refused(answer);
    }
  }

  private JsonNode get(String path) throws IOException {
    return parse(send(request(path).GET()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + master + path)).timeout(PATIENCE);
  }

  private Answer send(HttpRequest.Builder request) throws IOException {
    try {
      Answer answer = ask(request);
      for (int i = 0; answer.status() == UNAVAILABLE && i < ATTEMPTS; i++) {
        Thread.sleep(PERIOD_MILLIS); // it is still starting
        answer = ask(request);
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException("interrupted while waiting for " + master).initCause(e);
    } catch (ClusterException e) {
      throw e;
    } catch (IOException e) {
      throw new ClusterException(
          master
              + ": no JobManager answered ("
              + reason(e)
              + "); start the cluster, or name another with --flink-master",
          e);
    }
  }

  private Answer ask(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = HTTP.send(request.build(), BodyHandlers.ofInputStream());
    URI uri = response.uri();
    try (InputStream body = response.body()) {
      byte[] bytes = BoundedReader.stream(body, uri.toString(), MAX_BYTES);
      return new Answer(uri, response.statusCode(), new String(bytes, UTF_8));
    } catch (FileSystemException e) {
      throw new ClusterException(
          uri
              + ": the answer is "
              + e.getReason()
              + ", so it is not a JobManager; name another with --flink-master",
          e);
    }
  }

  private static String reason(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "unknown host name";
      }
    }
    if (e instanceof ConnectException) {
      return "connection refused";
    }
    if (e instanceof HttpTimeoutException) {
      return "no answer within " + PATIENCE.toSeconds() + " s";
    }
    return e.getMessage() == null ? "connection closed" : e.getMessage();
  }

  private JsonNode parse(Answer answer) throws IOException {
    if (answer.status() != OK) {
      throw refused(answer);
    }
    try {
      return json.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new ClusterException(
          answer.uri()
              + ": the answer is not JSON, so it is not a JobManager; name another with --flink-master",
          e);
    }
  }

  private static ClusterException refused(Answer answer) {
    return new ClusterException(
        answer.uri() + ": HTTP status " + answer.status() + ": " + answer.body());
  }
}
