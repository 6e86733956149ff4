package io.stitchflow.remote;

import io.stitchflow.store.remote.RemoteStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class LyingHttpStoreTest extends LyingStoreContract {
  @TempDir Path serverDirectory;
  private HttpCacheServer honest;
  private LyingServer server;

  @BeforeEach
  void startServers() throws IOException {
    honest = HttpCacheServer.start(serverDirectory, true);
    server = LyingServer.before(URI.create(honest.uri("")).getPort());
  }

  @AfterEach
  void stopServers() throws IOException {
    server.close();
    honest.close();
  }

  @Override
  LyingServer server() {
    return server;
  }

  @Override
  RemoteStore connect(String place, HttpLimits limits) {
    return new HttpStore(
        "http://127.0.0.1:" + server.port() + "/" + place.replace(' ', '-'), limits);
  }
}
