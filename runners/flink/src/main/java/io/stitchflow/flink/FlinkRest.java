package io.stitchflow.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stitchflow.transforms.ClusterException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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

  private final String master;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final ObjectMapper json = new ObjectMapper();

  /**
   * @param master {@code host:port}
   * @throws ClusterException if it is not
   */
  FlinkRest(String master) throws ClusterException {
    if (!MASTER.matcher(master).matches()) {
      throw new ClusterException(
          "--flink-master takes host:port of a JobManager's REST interface, or [local], but was: '"
              + master
              + "'");
    }
    this.master = master;
  }

  /** Slots of all TaskManagers, free or not. */
  int slots() throws IOException {
    return get("/overview").path("slots-total").asInt();
  }

  /** {@code RUNNING}, {@code FINISHED}, ...; empty where the cluster does not know the job. */
  String state(String job) throws IOException {
    HttpResponse<String> response = send(request("/jobs/" + job + "/status").GET());
    return response.statusCode() == NOT_FOUND ? "" : parse(response).path("status").asText();
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
    HttpResponse<String> response =
        send(request("/jobs/" + job + "?mode=cancel").method("PATCH", BodyPublishers.noBody()));
    if (response.statusCode() != ACCEPTED && response.statusCode() != NOT_FOUND) {
      throw refused(response);
    }
  }

  private JsonNode get(String path) throws IOException {
    return parse(send(request(path).GET()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + master + path)).timeout(PATIENCE);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      for (int i = 0; response.statusCode() == UNAVAILABLE && i < ATTEMPTS; i++) {
        Thread.sleep(PERIOD_MILLIS); // it is still starting
        response = http.send(request.build(), BodyHandlers.ofString());
      }
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("stopped while asking " + master).initCause(e);
    } catch (IOException e) {
      throw new ClusterException(
          master
              + ": no JobManager answers there ("
              + e
              + "); start the cluster, or name another with --flink-master",
          e);
    }
  }

  private JsonNode parse(HttpResponse<String> response) throws IOException {
    if (response.statusCode() != OK) {
      throw refused(response);
    }
    try {
      return json.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new ClusterException(
          response.uri() + ": is no JobManager; name another with --flink-master", e);
    }
  }

  private static ClusterException refused(HttpResponse<String> response) {
    return new ClusterException(
        response.uri() + ": answered " + response.statusCode() + ": " + response.body());
  }
}
